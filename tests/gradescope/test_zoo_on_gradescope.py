"""The zoo's hostile submissions where no namespaces surround them: what still holds, and what reads differently."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from support.gradescope_container import PYTHON, make_python, start

REPOSITORY = Path(__file__).parents[2]
INSIDE = "/srv/repository"
SECONDS = 3000

# Every one is contained; only the sentence or the verdict is another one than in namespaces.
READS_DIFFERENTLY = {
    "reads-mounts": "the folders above its own are closed to it, and its own cell does not expect that",
    "reaches-abstract_sockets": "no socket can be made at all: an error in its cell",
    "reaches-socket_families": "no socket can be made at all: an error in its cell",
    "writes-links_among_evidence": "no socket can be made at all: an error in its cell",
    "writes-disk_full": "its files are measured, not capped: it is ended instead of refused",
    "writes-many_files": "its files are measured, not capped: it is ended, and evidence among 10,000 files is not taken",
    "processes-fork_until_refused": "refusals are not counted without control groups: an error in its cell",
}
# Bombs run into several limits at once; without control groups, which of them is noticed first is a matter of the moment.
BOMBS = ("processes-fork_bomb", "processes-thread_bomb")
LIMITS = ("cpu_time", "memory", "process_limit", "timeout")
VERDICT = "test_submission_gets_its_verdict_its_points_and_its_flags"
NOT_THERE = {
    "test_attack_does_find_its_loot_where_nothing_protects_it[reads-grader_package]",  # the package is not installed
    "test_single_submission_can_be_run_by_hand",  # nor is it for a person
}


@pytest.mark.long
@pytest.mark.timeout(SECONDS + 100)
@pytest.mark.parametrize("sandbox", ["separate-user"] if os.geteuid() == 0 else [])
def test_hostile_submissions_are_contained_without_namespaces(tmp_path, sandbox):
    for name in ("autograder", "opt"):
        (tmp_path / name).mkdir()
    (tmp_path / "autograder").chmod(0o700)
    make_python(tmp_path / "opt" / "python")
    command = [
        PYTHON,
        "-m",
        "pytest",
        f"{INSIDE}/tests/zoo/test_hostile.py",
        "-c",
        f"{INSIDE}/pyproject.toml",
    ]
    command += ["--rootdir", INSIDE, "-p", "no:cacheprovider", "--basetemp", "/autograder/tmp"]
    command += ["--timeout", str(SECONDS), "--junitxml", "/autograder/zoo.xml"]
    env = {
        "PYTHONPATH": f"{INSIDE}/autograder:{INSIDE}/tests",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DEEPGRADE_TEST_SANDBOX": sandbox,
        "HOME": "/srv",
        "LANG": "C.UTF-8",
    }
    done = start(tmp_path, command, env=env, shown={REPOSITORY: INSIDE}, timeout_s=SECONDS)
    report = tmp_path / "autograder" / "zoo.xml"
    assert report.is_file(), done.stdout[-4000:]
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own file
    failed = {
        case.get("name", ""): (case.find("failure") if case.find("error") is None else case.find("error"))
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    expected = {f"{VERDICT}[{name}]" for name in READS_DIFFERENTLY} | NOT_THERE
    surprising = {
        name: str(what.text)[-600:]
        for name, what in failed.items()
        if name not in expected and what is not None and not _is_another_limit(name, str(what.text))
    }
    assert surprising == {}
    assert len(cases) > 280


def _is_another_limit(name: str, text: str) -> bool:
    """Return whether a bomb was ended, by another of its limits than in namespaces."""
    bomb = name in [f"{VERDICT}[{bomb}]" for bomb in BOMBS]
    return bomb and any(f"assert '{limit}' in (" in text for limit in LIMITS)
