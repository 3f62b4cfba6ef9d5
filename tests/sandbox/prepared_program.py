"""A program for forks (deepgrade.sandbox.inside.fork_server) that runs a piece of Python, as `python -c` does."""

import sys
import traceback


def prepare(words):
    import json  # noqa: F401 - something that forks find ready

    sys.modules["prepared_words"] = words


def run(words):
    sys.argv[:] = ["-c"]
    try:
        exec(compile(words[0], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0
