"""Every hostile submission gets what its work is worth, finds nothing, changes nothing and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from zoo.arena import VICTIM, found_in
from zoo.corpus import GROUPS, HERE, Attack, read_corpus
from zoo.lab import honest_cells
from zoo.unprotected import loot_of
from zoo.watch import planted

CORPUS = read_corpus()
BLANK = Attack(
    name="blank",
    group="controls",
    description="",
    verdict=("ok",),
    points={"q1": 0, "q2": 0, "q3": 0},
    cells={},
)
HONEST = Attack(
    name="honest",
    group="controls",
    description="",
    verdict=("ok",),
    points={"q1": 1, "q2": 2, "q3": 3},
    cells=honest_cells(),
    needs=("keras",),
)
ALL = [BLANK, HONEST, *CORPUS]


def _named(attack: Attack) -> str:
    return f"{attack.group}-{attack.name}"


@pytest.mark.parametrize("attack", ALL, ids=_named)
def test_submission_gets_its_verdict_its_points_and_its_flags(attack, aftermaths):
    aftermath = aftermaths[attack.name]
    assert aftermath.record.verdict.value in attack.verdict, aftermath.sentences
    assert aftermath.points == attack.points, aftermath.sentences
    assert set(attack.flags) <= aftermath.flags, aftermath.sentences
    assert [text for text in attack.says if text not in aftermath.sentences] == [], aftermath.sentences


@pytest.mark.parametrize("attack", ALL, ids=_named)
def test_submission_found_no_secret_and_reached_nothing(attack, aftermaths, arena):
    aftermath = aftermaths[attack.name]
    assert aftermath.leaks(arena.forms) == []
    assert aftermath.seen == []


@pytest.mark.parametrize("attack", [attack for attack in CORPUS if attack.loots], ids=_named)
def test_attack_does_find_its_loot_where_nothing_protects_it(attack, arena, tmp_path):
    assert set(attack.loots) <= set(loot_of(attack, arena, tmp_path))


def test_no_secret_is_in_the_report_or_in_any_feedback(arena, report):
    leaks = {
        f"{name} in {path.name}"
        for path in report.rglob("*")
        if path.is_file() and path.stem != VICTIM
        for name in found_in(path.read_bytes(), arena.forms)
    }
    assert leaks == set()


def test_no_finished_run_was_changed_by_a_later_one(arena, report):
    assert arena.changed_runs() == []


def test_honest_student_keeps_run_and_points(arena, report):
    entry = arena.victim()
    assert {question.question: question.points for question in entry.score.questions} == {
        "q1": 1,
        "q2": 2,
        "q3": 0,
    }


def test_nothing_was_made_outside_the_runs(arena, report):
    assert planted(arena.folder) == []


def test_no_process_of_any_run_is_alive(arena, report):
    assert arena.left() == {}


def test_every_group_has_submissions_and_every_submission_says_what_it_is():
    assert {attack.group for attack in CORPUS} <= set(GROUPS)
    assert [attack.name for attack in CORPUS if len(attack.description) < 60] == []
    assert [attack.name for attack in CORPUS if not attack.native and not attack.why] == []


def test_single_submission_can_be_run_by_hand():
    command = [sys.executable, "-m", "zoo.arena", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert "Run attacks of the zoo" in done.stdout, done.stderr
