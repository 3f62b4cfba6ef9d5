"""What holds for every lab's competition folder: it fits its lab, its figures have sources, its curves and texts are sound."""

import json
import re
import statistics
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from deepgrade.board.competition import Competition, Policy, competition_folder, load_competition
from deepgrade.board.prepare import example_path, read_checksums
from deepgrade.board.reading.form import form_of
from deepgrade.board.reading.submission_file import read_submission
from deepgrade.data import DataStore
from deepgrade.lab import Check, Lab, LabFiles, lab_names, load_checks, load_lab
from deepgrade.report.prose import prose

ROOT = Path(__file__).resolve().parents[2]

NO_COMPETITION = {
    "islr_resnet50": "its network comes trained, and is asked about six photographs by its own answers: all would be equal",
}
NOT_ON_A_BOARD = {
    ("islr_imdb", "validation accuracy after 20 epochs"): "the board has the test figure of the same network",
    (
        "islr_lstm",
        "test accuracy after 3 epochs",
    ): "a bound of ours; the board has the two figures that are printed",
    ("islr_nyse", "test R2, linear network"): "the source prints none; the board has our measurement",
    (
        "mnist_one_layer",
        "test accuracy after 10 epochs",
    ): "a bound of ours; the board has 0.9453, which is printed",
}
NO_POINTS = {
    (
        "islr_cifar100",
        "top_5",
    ): "the same model earns its points by accuracy, and no threshold is known for this",
}
THRESHOLD_NOT_MEASURED = {
    ("islr_hitters", "hitters"): "the lab's threshold is for the rows that were trained on",
}
LABS = [name for name in lab_names(ROOT) if name not in NO_COMPETITION]
# As a measured baseline's source names what it was taken from.
MEASURED = re.compile(
    r"^`deepgrade (calibrate|verify) (\w+) .*?`.*, question (\w+), `(\w+)`: mean of n = (\d+) "
)


@cache
def lab_of(name: str) -> Lab:
    return load_lab(LabFiles(ROOT, name))


@cache
def checks_of(name: str) -> tuple[Check, ...]:
    return load_checks(LabFiles(ROOT, name).checks).checks


@cache
def competition_of(name: str) -> Competition:
    return load_competition(LabFiles(ROOT, name), lab_of(name))


def text_of(name: str, file: str = "description.md") -> str:
    return (competition_folder(LabFiles(ROOT, name)) / file).read_text(encoding="utf-8")


def written(table: str, **values: str) -> list[tuple[str, dict]]:
    """Return (lab, entry) of a table of all competition.toml files, as written: what parameters are made of."""
    return [
        (name, entry)
        for name in LABS
        for entry in tomllib.loads(text_of(name, "competition.toml"))[table]
        if values.items() <= entry.items()
    ]


MODEL_BOARDS = [(name, board["id"]) for name, board in written("boards", entry="model")]
FILE_BOARDS = [(name, board["id"]) for name, board in written("boards", entry="file")]
MEASURED_BASELINES = [
    (name, one["board"], one["title"]) for name, one in written("baselines", kind="measured")
]


def test_labs_without_a_competition_have_a_reason():
    without = {name for name in lab_names(ROOT) if not competition_folder(LabFiles(ROOT, name)).is_dir()}
    assert without == set(NO_COMPETITION)


@pytest.mark.parametrize("name", LABS)
def test_competition_fits_its_lab(name):
    assert competition_of(name).boards


@pytest.mark.parametrize("name", LABS)
def test_nothing_is_dated_and_the_examples_in_comments_can_be_used(name):
    assert competition_of(name).policy.deadline is None and competition_of(name).policy.opens is None
    policy = text_of(name, "competition.toml").partition("[policy]\n")[2].partition("\n\n")[0]
    used = tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", policy, flags=re.MULTILINE))
    filled = Policy.model_validate(used)
    assert filled.deadline_at is not None and filled.opens_at is not None and filled.time_zone != "UTC"


@pytest.mark.parametrize(("name", "board_id"), MODEL_BOARDS)
def test_board_enters_a_model_that_the_checks_look_at(name, board_id):
    board = competition_of(name).board(board_id)
    question, variable = board.place
    asked = [check.hidden.get(variable) for check in checks_of(name) if check.question == question]
    assert board.hidden in asked, "no check has this model predict these rows, so no run has its predictions"
    assert f"`{variable}`" in text_of(name), "students do not read which variable is entered"


@pytest.mark.parametrize("name", LABS)
def test_data_sets_are_released_once_a_lab(name):
    released = [board.dataset for board in competition_of(name).boards if board.entry == "file"]
    assert len(released) == len(set(released))


# Baselines


@pytest.mark.parametrize("name", LABS)
def test_published_figures_stand_on_a_board(name):
    published = [one for one in competition_of(name).baselines if one.kind == "published"]
    for headline in lab_of(name).headlines:
        found = [one for one in published if one.value == headline.value]
        reason = NOT_ON_A_BOARD.get((name, headline.title))
        assert bool(found) != bool(reason), f"{headline.title}: on a board, or with a reason above; not both"
        assert all(one.tolerance == headline.tolerance for one in found), headline.title
        if "validation" in headline.title:
            assert all("validation accuracy, not a test accuracy" in one.source for one in found)


@pytest.mark.parametrize("name", LABS)
def test_baselines_are_figures_of_their_metric(name):
    competition = competition_of(name)
    titles = [(one.board, one.title) for one in competition.baselines]
    assert len(titles) == len(set(titles))
    for one in competition.baselines:
        metric = competition.board(one.board).metrics[0]
        assert metric.low <= one.value <= metric.high, one.title
        assert one.tolerance > 0, f"{one.title}: how far may a new measurement lie from it?"
        assert one.kind == "measured" or re.search("[Pp]rint", one.source), (
            f"{one.title}: where is it printed?"
        )


@pytest.mark.parametrize(("name", "board_id", "title"), MEASURED_BASELINES)
def test_measured_baseline_is_what_was_measured(name, board_id, title):
    (baseline,) = [
        one for one in competition_of(name).baselines if (one.board, one.title) == (board_id, title)
    ]
    said = MEASURED.match(baseline.source)
    assert said, "its source names no command, question, variable and number of runs"
    command, lab_said, question, variable, runs = said.groups()
    assert lab_said == name
    if command == "verify":
        path = ROOT / "docs" / "fairness" / f"{name}.real.full.json"
        record = json.loads(path.read_text(encoding="utf-8"))
        of_question = [one.title for one in lab_of(name).headlines if one.place == (question, variable)]
        found = [one["found"] for one in record["headlines"] if one["title"] in of_question]
        assert any(
            len(values) == int(runs) and statistics.mean(values) == pytest.approx(baseline.value, abs=0.05)
            for values in found
        )
        assert record["date"] in baseline.source
        return
    calibration = lab_of(name).calibration.get("full", {}).get(question)
    if calibration is None:
        assert (name, board_id) in THRESHOLD_NOT_MEASURED
        return
    assert (calibration.network, calibration.n) == (variable, int(runs))
    assert calibration.metric == competition_of(name).board(board_id).metric
    assert round(calibration.mean, 4) == baseline.value
    assert f"sd {calibration.sd:.4f}" in baseline.source and str(calibration.date) in baseline.source
    assert calibration.data == "real"


# Points


@pytest.mark.parametrize(("name", "board_id"), MODEL_BOARDS)
def test_points_begin_at_the_threshold_and_end_at_the_most(name, board_id):
    competition = competition_of(name)
    board = competition.board(board_id)
    if (name, board_id) in NO_POINTS:
        assert board.points is None
        return
    assert board.points is not None
    corners, possible = board.points.curve.corners(), board.points.possible
    assert corners[0][1] == 0 and corners[-1][1] == possible
    if (name, board_id) not in THRESHOLD_NOT_MEASURED:
        assert corners[0][0] == lab_of(name).thresholds["full"][board.place[0]]
    metric, sign = board.metrics[0], 1 if board.higher_is_better else -1
    ends = (metric.best, metric.worst, *np.linspace(corners[0][0] - 1, corners[-1][0] + 1, 301))
    for score in ends:
        points = board.points.points(float(score), higher_is_better=board.higher_is_better)
        assert 0 <= points <= possible
        assert points == 0 or sign * score > sign * corners[0][0]


@pytest.mark.parametrize(("name", "board_id"), MODEL_BOARDS)
def test_who_does_as_well_as_our_solution_has_most_of_the_points(name, board_id):
    board = competition_of(name).board(board_id)
    own = [
        one.value
        for one in competition_of(name).baselines
        if one.board == board_id and one.kind == "measured" and f"`{board.place[1]}`" in one.source
    ]
    for value in own if board.points else ():
        earned = board.points.points(value, higher_is_better=board.higher_is_better)
        assert 0.75 * board.points.possible <= earned < board.points.possible


@pytest.mark.parametrize(("name", "board_id"), FILE_BOARDS)
def test_files_of_public_data_earn_nothing(name, board_id):
    board = competition_of(name).board(board_id)
    assert board.points is None and board.public_data
    text = text_of(name)
    assert f"`{board.id_column}`" in text and f"`{board.label_column}`" in text


# Descriptions


@pytest.mark.parametrize("name", LABS)
def test_description_is_a_page_that_can_be_shown(name):
    text = text_of(name)
    words = " ".join(text.split())
    assert 150 <= words.count(" ") <= 300
    assert "interval" in words and "five entries a day" in words
    shown = str(prose(text))
    assert shown.startswith("<p>") and "<pre>" not in shown
    assert max(map(len, text.splitlines())) <= 140


def test_no_paragraph_stands_in_two_descriptions():
    paragraphs = [paragraph for name in LABS for paragraph in text_of(name).split("\n\n")]
    assert len(paragraphs) == len(set(paragraphs))


@pytest.mark.parametrize("name", LABS)
def test_samples_of_submissions_have_the_form_that_the_board_reads(name, tmp_path):
    files = LabFiles(ROOT, name)
    for board in competition_of(name).boards:
        path = example_path(files, board)
        if board.entry != "file":
            assert not path.exists()
            continue
        entry = DataStore(tmp_path).catalogue[board.dataset]
        form = form_of(board, tuple(f"10000{place}" for place in range(1, 6)), entry.classes)
        assert len(read_submission(path.read_bytes(), form).predictions) == 5


@pytest.mark.parametrize("name", LABS)
def test_the_published_data_of_a_competition_are_named_by_their_sums(name):
    sums = read_checksums(LabFiles(ROOT, name))["real-full"]
    wanted = {
        lab_of(name).hidden[board.hidden].dataset if board.entry == "model" else board.dataset
        for board in competition_of(name).boards
    }
    assert {dataset for dataset in wanted if dataset} <= set(sums)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in sums.values())
