"""A competition's file: what is wrong is named, all of it at once, and what is right is read as it stands."""

import tomllib
from datetime import UTC, datetime

import pytest

from deepgrade.board.competition import Competition, Policy, load_competition
from deepgrade.board.errors import BoardError
from deepgrade.lab import LabFiles, load_lab

LAB = """
schema_version = 1
name = "tiny"
title = "Tiny"
data = ["mnist"]

[hidden.digits]
dataset = "mnist"
inputs = "images"
inputs_question = "b1"
input_adapters = ["flat/unit"]

[hidden.own]
source = "captured"
inputs = "rows"
targets = "right"
inputs_question = "b1"
metric = "mae"

[[questions]]
id = "b1"
title = "One"
points = 1
"""

GOOD = """
schema_version = 1

[policy]
time_zone = "Europe/Berlin"
opens = 2026-04-01T09:00:00
deadline = 2026-05-01T23:59:00
late = { hours = 48, keep = 0.5 }
counts = "chosen"
daily_limit = 3
reveal = "after deadline"
freeze_hours = 24

[[boards]]
id = "digits"
title = "Digits by a network"
entry = "model"
metric = "accuracy"
direction = "higher"
tie_break = ["log_loss"]
model = "b1/network"
hidden = "digits"

[boards.points]
possible = 10
curve = { kind = "piecewise", at = [[0.9, 0], [0.98, 10]] }

[[boards]]
id = "released"
title = "Digits by a file"
entry = "file"
metric = "error_rate"
direction = "lower"
dataset = "mnist"

[[baselines]]
board = "digits"
title = "A linear model"
value = 0.92
kind = "published"
source = "A textbook, page 1"
"""


@pytest.fixture
def files(tmp_path):
    files = LabFiles(tmp_path, "tiny")
    (files.folder / "competition").mkdir(parents=True)
    files.toml.write_text(LAB)
    return files


def load(files, text=GOOD, lab=LAB):
    files.toml.write_text(lab)
    (files.folder / "competition" / "competition.toml").write_text(text)
    return load_competition(files, load_lab(files))


def refused(files, text=GOOD, lab=LAB):
    with pytest.raises(BoardError) as error:
        load(files, text, lab)
    return str(error.value)


def changed(*changes):
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_a_lab_without_a_competition_says_which_file_is_missing(files):
    with pytest.raises(BoardError, match=r"tiny has no competition: there is no .*competition\.toml\."):
        load_competition(files, load_lab(files))


def test_a_file_that_is_no_toml_is_named_with_the_line(files):
    assert "is no TOML file" in refused(files, "schema_version = = 1")
    path = files.folder / "competition" / "competition.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BoardError, match="is no TOML file"):
        load_competition(files, load_lab(files))
    path.unlink()
    path.mkdir()
    with pytest.raises(BoardError, match="cannot be read"):
        load_competition(files, load_lab(files))


FAULTS = {
    "version": (("schema_version = 1", "schema_version = 2"), "schema_version: "),
    "unknown field": (("daily_limit = 3", "weekly_limit = 3"), "policy.weekly_limit: "),
    "unknown zone": (
        ("Europe/Berlin", "Berlin"),
        "policy.time_zone: 'Berlin' is no time zone; use a name such as Europe/Berlin",
    ),
    "zone from another folder": (("Europe/Berlin", "../zoneinfo/UTC"), "is no time zone"),
    "offset": (
        ("2026-04-01T09:00:00", "2026-04-01T09:00:00+02:00"),
        "policy.opens: write it without an offset: it is read in time_zone",
    ),
    "date alone": (
        ("2026-05-01T23:59:00", "2026-05-01"),
        "policy.deadline: write a date and a time, such as 2026-05-01T23:59:00",
    ),
    "date alone as text": (
        ("2026-05-01T23:59:00", '"2026-05-01"'),
        "policy.deadline: write a date and a time",
    ),
    "a number for a date": (("2026-05-01T23:59:00", "5"), "policy.deadline: write a date and a time"),
    "a date that never comes": (
        ("2026-05-01T23:59:00", "9999-12-31T23:59:00"),
        "policy.deadline: 9999 is no year of a course",
    ),
    "a skipped hour": (
        ("2026-04-01T09:00:00", "2026-03-29T02:30:00"),
        "opens: 2026-03-29 02:30 does not exist in Europe/Berlin",
    ),
    "opens late": (("2026-04-01T09", "2026-06-01T09"), "opens: it is not before the deadline"),
    "endless late hours": (("hours = 48", "hours = 1e12"), "policy.late.hours: "),
    "negative late hours": (("hours = 48", "hours = -1"), "policy.late.hours: "),
    "more than all points": (("keep = 0.5", "keep = 1.5"), "policy.late.keep: "),
    "unknown rule": (('counts = "chosen"', 'counts = "worst"'), "policy.counts: "),
    "no entries a day": (("daily_limit = 3", "daily_limit = 0"), "policy.daily_limit: "),
    "unknown reveal": (('"after deadline"', '"tomorrow"'), "policy.reveal: "),
    "endless freeze": (("freeze_hours = 24", "freeze_hours = 1e300"), "policy.freeze_hours: "),
    "not a number": (("value = 0.92", "value = nan"), "baselines.0.value: "),
    "bad id": (('id = "digits"', 'id = "../digits"'), "boards.0.id: "),
    "unknown entry": (('entry = "model"', 'entry = "zip"'), "boards.0.entry: "),
    "unknown metric": (('"accuracy"', '"rating"'), "metric: 'rating' is not one of accuracy, error_rate"),
    "unknown tie-break": (('"log_loss"', '"rating"'), "tie_break: 'rating' is not one of"),
    "tie-break twice": (('"log_loss"', '"log_loss", "log_loss"'), "tie_break: log_loss stands twice"),
    "metric as its tie-break": (('["log_loss"]', '["accuracy"]'), "tie_break: accuracy stands twice"),
    "direction of the metric": (
        ('direction = "higher"', 'direction = "lower"'),
        "boards.0: direction: of accuracy, higher scores are better",
    ),
    "other direction of the other metric": (
        ('direction = "lower"', 'direction = "higher"'),
        "boards.1: direction: of error_rate, lower scores are better",
    ),
    "no model": (('model = "b1/network"', ""), "model: missing"),
    "model without a variable": (('model = "b1/network"', 'model = "b1"'), "boards.0.model: "),
    "no hidden evaluation": (('hidden = "digits"', ""), "hidden: missing"),
    "data of a model board": (
        ('hidden = "digits"', 'hidden = "digits"\ndataset = "mnist"'),
        'dataset: not for boards with entry = "model"',
    ),
    "model of a file board": (
        ('dataset = "mnist"', 'dataset = "mnist"\nmodel = "b1/network"'),
        'model: not for boards with entry = "file"',
    ),
    "no data": (('dataset = "mnist"', ""), "dataset: name a data set, or an own table"),
    "two sources of data": (
        ('dataset = "mnist"', 'dataset = "mnist"\ntable = "y"'),
        "dataset: name a data set, or an own table",
    ),
    "public data declared secret": (
        ('dataset = "mnist"', 'dataset = "mnist"\npublic_data = false'),
        "public_data: the catalogue's data are public",
    ),
    "file cannot give what the tie-break needs": (
        ('direction = "lower"', 'direction = "lower"\ntie_break = ["mae"]'),
        "tie_break: mae needs values, a file for error_rate holds classes",
    ),
    "columns of one name": (
        ('dataset = "mnist"', 'dataset = "mnist"\nid_column = "Label"'),
        "id_column: it, label_column and 'Usage' have to be three names",
    ),
    "column of the solution": (
        ('dataset = "mnist"', 'dataset = "mnist"\nlabel_column = "Usage"'),
        "have to be three names",
    ),
    "all rows private": (
        ('hidden = "digits"', 'hidden = "digits"\nprivate_share = 1'),
        "boards.0.private_share",
    ),
    "falling points": (
        ("[[0.9, 0], [0.98, 10]]", "[[0.9, 5], [0.98, 1]]"),
        "curve: the better score 0.98 earns 1, 0.9 earns 5",
    ),
    "too many points": (("[0.98, 10]", "[0.98, 11]"), "curve: it gives 11 points, possible is 10"),
    "points that nobody can reach": (
        ("[0.98, 10]", "[98, 10]"),
        "points: 98 is no possible accuracy, which lies between 0 and 1",
    ),
    "board twice": (('id = "released"', 'id = "digits"'), "boards: 'digits' stands twice"),
    "baseline of no board": (
        ('board = "digits"', 'board = "letters"'),
        "is for 'letters', which is no board",
    ),
    "baseline in percent": (
        ("value = 0.92", "value = 92"),
        "baselines: 'A linear model' has the value 92; accuracy lies between 0 and 1",
    ),
    "baseline without a source": (('source = "A textbook, page 1"', 'source = ""'), "baselines.0.source: "),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named_with_its_place(files, fault):
    change, says = FAULTS[fault]
    said = refused(files, changed(change))
    assert says in said
    assert "competition.toml is wrong:\n  - " in said
    assert "Value error" not in said


def test_points_of_a_file_board_on_public_data_are_refused(files):
    points = '\n[boards.points]\npossible = 5\ncurve = { kind = "linear", none_at = 0.1, full_at = 0, points = 5 }\n'
    text = changed(('dataset = "mnist"\n', f'dataset = "mnist"\n{points}'))
    assert "points: files earn none where the labels can be looked up; public_data = false" in refused(
        files, text
    )
    own = text.replace('dataset = "mnist"\n\n[boards', 'table = "digit"\npublic_data = false\n\n[boards')
    assert load(files, own).board("released").points is not None


def test_faults_of_all_parts_are_named_at_once(files):
    said = refused(
        files,
        changed(
            ("Europe/Berlin", "Berlin"),
            ("keep = 0.5", "keep = 2"),
            ('direction = "higher"', 'direction = "lower" '),
            ('hidden = "digits"', 'table = "digit"'),
            ('direction = "lower"\ndataset = "mnist"', 'direction = "higher"'),
            ("value = 0.92", 'value = "high"'),
        ),
    )
    for says in (
        *("policy.time_zone: ", "policy.late.keep: ", "of accuracy, higher", "hidden: missing"),
        *("table: not for boards", "dataset: name a data set", "of error_rate, lower", "baselines.0.value: "),
    ):
        assert says in said


def test_faults_of_the_policy_that_concern_several_fields_are_named_at_once(files):
    said = refused(
        files, changed(("deadline = 2026-05-01T23:59:00", ""), ("2026-04-01T09:00", "2026-03-29T02:30"))
    )
    for says in ("opens: 2026-03-29 02:30 does not", "late: it counts", "freeze_hours: it", "reveal: it"):
        assert says in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('model = "b1/network"', 'model = "b9/network"'), "boards.digits.model: there is no question 'b9'"),
        (('hidden = "digits"', 'hidden = "letters"'), "boards.digits.hidden: lab.toml has no hidden.letters"),
        (
            ('dataset = "mnist"', 'dataset = "imdb"'),
            "boards.released.dataset: 'imdb' is not among the lab's data",
        ),
        (
            ('tie_break = ["log_loss"]', 'tie_break = ["mae"]'),
            "boards.digits: mae needs values, hidden.digits gives classes, probabilities, scores",
        ),
        (
            ('hidden = "digits"', 'hidden = "own"'),
            "boards.digits: accuracy needs classes, hidden.own gives values",
        ),
    ],
)
def test_what_does_not_fit_the_lab_is_named(files, change, says):
    said = refused(files, changed(change))
    assert "competition.toml does not fit lab.toml:\n  - " in said
    assert says in said


def test_a_long_list_of_faults_ends_with_how_many_there_are_more(files):
    said = refused(files, GOOD + "\n".join(f"wrong{number} = 1" for number in range(60)))
    assert said.count("\n") < 45 and "more" in said.splitlines()[-1]


def test_a_good_competition_is_read_as_it_stands(files):
    competition = load(files)
    policy = competition.policy
    assert policy.opens_at == datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert policy.deadline_at == datetime(2026, 5, 1, 21, 59, tzinfo=UTC)
    assert (policy.late.hours, policy.late.keep, policy.daily_limit, policy.total_limit) == (48, 0.5, 3, None)
    board = competition.board("digits")
    assert board.place == ("b1", "network")
    assert [metric.name for metric in board.metrics] == ["accuracy", "log_loss"]
    assert board.points.points(0.94, higher_is_better=board.higher_is_better) == pytest.approx(5)
    assert not competition.board("released").higher_is_better
    assert competition.baselines[0].value == 0.92


def test_a_policy_may_be_left_out_and_limits_be_taken_off(files):
    start = GOOD[: GOOD.index("[policy]")]
    boards = GOOD[GOOD.index("[[boards]]") :]
    assert load(files, start + boards).policy == Policy()
    policy = load(files, f'{start}[policy]\ndaily_limit = "none"\ntotal_limit = "none"\n{boards}').policy
    assert (policy.daily_limit, policy.total_limit) == (None, None)


def test_a_competition_survives_being_written_as_json():
    competition = Competition.model_validate(tomllib.loads(GOOD))
    assert Competition.model_validate_json(competition.model_dump_json()) == competition


def test_a_board_is_found_by_its_name_and_alone_without_one(files):
    competition = load(files)
    with pytest.raises(BoardError, match=r"several boards: digits, released\. Name one with --board"):
        competition.board(None)
    with pytest.raises(BoardError, match="no board 'letters'; there are: digits, released"):
        competition.board("letters")
    alone = Competition(schema_version=1, boards=competition.boards[1:])
    assert alone.board(None).id == "released"
