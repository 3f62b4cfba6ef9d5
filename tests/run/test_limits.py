"""Every limit strikes with its own verdict, and what was finished before is kept."""

from __future__ import annotations

import pytest

from deepgrade.evidence import VERDICTS, Verdict

FORKING = "import os\nwhile True:\n    if os.fork() == 0:\n        import time; time.sleep(60)"
OPENING = "kept = []\ntry:\n    while True: kept.append(open('/dev/null'))\nfinally:\n    kept.clear()"
FILLING = "with open('big', 'wb') as file:\n    while True: file.write(bytes(1 << 20))"

LIMITS = [
    # the limit, what b1's cell does, the verdict, a part of the sentence, whether the later question still ran
    ({"wall_s": 3}, "while True: pass", Verdict.TIMEOUT, "reached the time limit of 3 s", False),
    ({"cell_s": 0.5}, "while True: pass", Verdict.TIMEOUT, "longer than 0.5 s and was interrupted", True),
    ({"cpu_s": 2.5}, "while True: pass", Verdict.CPU_TIME, "more than 2.5 s of processor time", False),
    (
        {},
        "kept = []\nwhile True: kept.append(bytearray(8 << 20))",
        Verdict.MEMORY,
        "384 MiB of memory",
        False,
    ),
    ({}, FORKING, Verdict.PROCESS_LIMIT, "times a process or thread was refused", None),
    ({"disk_mib": 24, "file_mib": 64}, FILLING, Verdict.DISK_LIMIT, "24 MiB", None),
    ({"file_mib": 8}, FILLING, Verdict.FILE_SIZE, "wrote a file of more than 8 MiB", True),
    ({"open_files": 100}, OPENING, Verdict.OPEN_FILES, "held more than 100 files open", True),
    (
        {},
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        Verdict.OUTPUT_LIMIT,
        "past the notebook",
        False,
    ),
]


@pytest.mark.parametrize(
    ("limits", "code", "verdict", "part", "goes_on"), LIMITS, ids=[f"{row[2]}-{row[3]}" for row in LIMITS]
)
def test_limit_strikes_with_its_verdict_and_finished_questions_are_kept(
    run, limits, code, verdict, part, goes_on
):
    ran = run("x = 1\nprint('first')", code, "z = 3", **limits)
    assert ran.record.verdict is verdict, ran.record.detail
    assert part in ran.record.detail
    assert "cell 2 (question b1)" in ran.record.detail, "the student is told where"
    assert VERDICTS[verdict].students_fault
    assert ran.item("a1", "x")["value"] == 1
    assert ran.shown(0) == "first\n"
    if goes_on is not None:
        assert ("b2" in ran.record.questions_finished) is goes_on


def test_limits_in_force_stand_in_the_record(run):
    ran = run("x = 1", wall_s=30, cpus=0.5)
    assert ran.record.limits["cpu_s"] == 15
    assert ran.record.limits["file_mib"] == ran.record.limits["disk_mib"]
