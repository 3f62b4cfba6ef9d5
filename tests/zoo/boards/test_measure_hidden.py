"""The measurements of docs/hidden-sets.md: what is kept, what is measured again, and what the page shows."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from deepgrade.data import Ragged
from deepgrade.records import Course, Gradebook
from deepgrade.score.results import ModelScore, SubmissionScore
from zoo.boards import lookups
from zoo.boards.carved import Carved, encoded, secret
from zoo.boards.hidden_page import mean_and_sd, write_page
from zoo.boards.kept import Kept, Todo
from zoo.boards.measure_hidden import todos
from zoo.boards.measurements import ALL, MEASUREMENTS, judged
from zoo.boards.stored_runs import read_course, read_runs

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "hidden-sets.md"


def small(rows: int = 200) -> Carved:
    """Images of noise: the second half of the test rows is hidden, and copies of the first stand in its place."""
    rng = np.random.RandomState(1)
    original = rng.randint(0, 256, (rows, 28, 28)).astype(np.uint8)
    labels = np.arange(rows) % 10
    half = rows // 2
    mounted = np.concatenate([original[:half], original[:half] ^ 1])
    return Carved(
        "mnist",
        original,
        labels,
        original,
        mounted,
        labels,
        original[half:] ^ 1,
        labels[half:].astype(np.int64),
    )


def figures(public: float, hidden: float) -> dict[str, object]:
    drawn = {"original": 0.9, "mounted": public, "before_distortion": 0.9, "hidden": hidden}
    return {**drawn, "public": public, "flag": None, "bytes": 1000, "parameters": 2000, "carried_rows": 3}


def test_what_is_kept_is_not_measured_again_and_other_settings_are(tmp_path: Path) -> None:
    kept, todo = Kept(tmp_path / "measured"), Todo("mnist", "honest", 1, {"honest_epochs": 5})
    assert kept.figures(todo) is None
    kept.put(todo, {"hidden": 0.5}, 1.23, "2026-01-01")
    assert kept.figures(todo) == {"hidden": 0.5}
    assert kept.figures(todo._replace(settings={"honest_epochs": 6})) is None
    assert kept.all([todo, todo._replace(number=2)]) == {("mnist", "honest"): [{"hidden": 0.5}]}


def test_cheap_measurements_come_first_and_no_two_share_a_file() -> None:
    every = todos()
    assert len({todo.file for todo in every}) == len(every)
    costs = [MEASUREMENTS[todo.method].cost for todo in every]
    assert costs == sorted(costs)
    trainings = [todo.dataset for todo in every if MEASUREMENTS[todo.method].cost]
    assert trainings == sorted(trainings, key=lambda name: name == "cifar100"), "slow ones last"
    assert {todo.dataset for todo in every} == set(ALL)
    assert len({secret(number) for number in range(1, 20)}) == 19


def test_a_page_without_marks_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "hidden-sets.md"
    with pytest.raises(SystemExit, match="is missing"):
        write_page(page, {}, tmp_path / "runs")
    page.write_text("# prose\n")
    with pytest.raises(SystemExit, match="has no lines <!-- measured: labs -->"):
        write_page(page, {}, tmp_path / "runs")
    assert page.read_text() == "# prose\n"


def test_tables_are_replaced_between_their_marks_and_prose_stays(tmp_path: Path) -> None:
    page = tmp_path / "hidden-sets.md"
    page.write_text(PAGE.read_text(encoding="utf-8"))
    found = {("mnist", "honest"): [figures(0.98, 0.97), figures(0.96, 0.95)]}
    write_page(page, found, tmp_path / "runs")
    once = page.read_text()
    assert (
        "| mnist | honest network | 2 | 0.9700 ± 0.0141 | 0.9600 ± 0.0141 | 0.0100 ± 0.0000 | 0 of 2 |"
        in once
    )
    assert "imdb | honest network" not in once
    headings = [line for line in once.splitlines() if line.startswith("#")]
    assert headings == [line for line in PAGE.read_text().splitlines() if line.startswith("#")]
    picture = (tmp_path / "pictures" / "hidden-sets.svg").read_bytes()
    write_page(page, found, tmp_path / "runs")
    assert page.read_text() == once
    assert (tmp_path / "pictures" / "hidden-sets.svg").read_bytes() == picture


def test_one_value_has_no_deviation() -> None:
    assert mean_and_sd([0.5]) == "0.5000"
    assert mean_and_sd([0.5, 0.7], 2) == "0.60 ± 0.14"


def test_exact_and_nearest_rows_find_what_was_carried_in() -> None:
    carved = small()
    exact = judged(carved, lookups.exact(carved.x_mounted, carved.y_test))
    assert (exact["public"], exact["mounted"], exact["hidden"]) == (1, 1, 0.1)
    assert "looks it up" in exact["flag"]
    assert lookups.found(carved.x_original, carved.x_hidden) == 0
    nearest = judged(carved, lookups.nearest("mnist", carved.x_original, carved.y_test), whole=False)
    assert (nearest["public"], nearest["hidden"], nearest["flag"]) == (1, 1, None)
    sketches = lookups.Sketches(carved, 64)
    assert sketches.bytes == 200 * (64 + 4) / 8
    assert judged(carved, sketches.answers, whole=False)["hidden"] > 0.95


def test_sparse_words_are_what_networks_are_given_and_reviews_are_left_alone() -> None:
    reviews = Ragged.from_rows([[1, 4, 4, 9, 12_000], [1, 2, 3], [1]])
    before = reviews.to_lists()
    words = lookups._flat("imdb", reviews)
    np.testing.assert_array_equal(words.toarray(), encoded("imdb", reviews))
    assert reviews.to_lists() == before


def test_a_course_is_only_read_and_its_latest_scores_count(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="holds no gradebook"):
        read_course(tmp_path, tmp_path / "runs")
    course = Course(tmp_path / "course")
    book = Gradebook(course.gradebook)
    for student, hidden in (("seed-001", 0.5), ("seed-001", 0.9), ("seed-002", 0.8), ("blank", 0.1)):
        number = book.add_submission("le5", student, "a.ipynb", sha256="0" * 64, run_key="1" * 64)
        book.add_score(number, scored(student, hidden))
    book.close()
    before = hashlib.sha256(course.gradebook.read_bytes()).hexdigest()
    read_course(course.root, tmp_path / "runs")
    assert read_runs(tmp_path / "runs") == {
        "le5": [
            ["seed-001", "b6", "network", "mnist", 0.95, 0.9],
            ["seed-002", "b6", "network", "mnist", 0.95, 0.8],
        ]
    }
    assert hashlib.sha256(course.gradebook.read_bytes()).hexdigest() == before
    with sqlite3.connect(course.gradebook) as connection:
        connection.execute("DELETE FROM score WHERE submission_id = 2")
    read_course(course.root, tmp_path / "runs")
    assert len(read_runs(tmp_path / "runs")["le5"]) == 2, "fewer seeds do not replace more"


def scored(student: str, hidden: float) -> SubmissionScore:
    one = ModelScore(
        question="b6",
        name="network",
        hidden="mnist",
        metric="accuracy",
        value=hidden,
        rows=5000,
        public=0.95,
        public_rows=5000,
    )
    return SubmissionScore(
        lab="le5",
        student=student,
        run_key="1" * 64,
        scored_at=datetime.now(UTC),
        checks_sha256="2" * 64,
        questions=(),
        model_scores=(one,),
    )
