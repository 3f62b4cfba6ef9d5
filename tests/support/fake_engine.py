"""A program that answers as podman and docker do, and runs the command of a `run` right here, without any wall.

For what can be told without an engine: which options are given, and what is made of what the engine says.
Everything that it is told is written, one call a line, into the file that FAKE_LOG names.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

IMAGE_ID = "f" * 64

SCRIPT = f"""#!{sys.executable}
import json, os, sys, time
words = sys.argv[1:]
folder = os.path.dirname(os.path.abspath(sys.argv[0]))
with open(folder + "/calls.jsonl", "a") as log:
    log.write(json.dumps(words) + "\\n")
while words and words[0] in ("--cgroup-manager", "--log-level"):
    words = words[2:]
facts = json.load(open(folder + "/facts.json"))
if words[0] == "info":
    print(json.dumps(facts["info"]))
elif words[:2] == ["image", "inspect"]:
    if words[2] not in facts["images"]:
        sys.exit("no such image")
    print(json.dumps([facts["images"][words[2]]]))
elif words[0] == "ps":
    print("\\n".join(facts["containers"]))
elif words[:2] == ["container", "inspect"]:
    print(json.dumps([facts["containers"][words[2]]]))
elif words[0] == "run":
    said = facts.get("engine_error")
    if said:
        print(said, file=sys.stderr)
        sys.exit(125)
    for word in words:
        if word.startswith("type=bind") and ",target=/box" in word:
            os.chdir(word.split("source=")[1].split(",")[0])
            open("seen", "w").close()
    place = words.index("{IMAGE_ID}")
    print("a warning of the engine", file=sys.stderr, flush=True)
    os.execv("/bin/sh", ["/bin/sh", *words[place + 1:]])
"""


class FakeEngine:
    """The program's folder, and what it was told.

    Args:
        folder: Gets the program under both names.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.facts = {
            "info": {"ServerVersion": "20.10", "CgroupDriver": "cgroupfs", "version": {"Version": "4.3.1"}},
            "images": {"test": {"Id": IMAGE_ID, "Size": 5, "Config": {"Labels": {}, "User": "65532:65532"}}},
            "containers": {},
        }
        self.save()
        for name in ("podman", "docker"):
            program = folder / name
            program.write_text(SCRIPT)
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def save(self) -> None:
        """Let the program answer with the present facts."""
        (self.folder / "facts.json").write_text(json.dumps(self.facts))

    @property
    def path(self) -> str:
        """PATH with the program first."""
        return f"{self.folder}:{os.environ['PATH']}"

    def calls(self, command: str) -> list[list[str]]:
        """Return the calls of a command."""
        log = self.folder / "calls.jsonl"
        calls = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [call for call in calls if command in call]
