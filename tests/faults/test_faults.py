"""A class that is killed, crowded out and confused is graded all the same: `make faults` in small."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
PHASES = ("kills", "twice", "disk", "state", "clock")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What `python -m faults.kills` found, phase -> outcome."""
    found = tmp_path_factory.mktemp("faults") / "outcomes.json"
    command = [sys.executable, "-m", "faults.kills", "--kills", "6", "--students", "5", "--pause", "0.4"]
    command += ["--times", "2", "--json", str(found), "--phases", *PHASES]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], capture_output=True, text=True, check=False, timeout=540
    )
    assert found.exists(), done.stdout + done.stderr
    return {outcome["name"]: outcome for outcome in json.loads(found.read_text())}


def test_undisturbed_class_keeps_the_laws_that_faults_are_measured_with(outcomes):
    assert outcomes["undisturbed"]["broken"] == []


def test_class_whose_processes_were_killed_is_graded_exactly_once(outcomes):
    assert outcomes["kills"]["broken"] == []
    assert sum(outcomes["kills"]["victims"].values()) == 6


def test_of_two_grades_at_once_one_works_and_the_other_says_so(outcomes):
    assert outcomes["twice"]["broken"] == []


def test_full_disk_is_named_and_loses_nothing(outcomes):
    assert outcomes["disk"]["broken"] == []


def test_full_folder_of_the_sandbox_is_named_and_costs_nobody_points(outcomes):
    assert outcomes["state"]["broken"] == []


def test_clock_that_jumps_by_hours_changes_no_grade(outcomes):
    assert outcomes["clock"]["broken"] == []
