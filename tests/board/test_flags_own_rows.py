"""Own held-out rows: which leaks and look-ups a person is told of, and that honest splits are left alone."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.board.flags.own_model import OwnRows
from deepgrade.board.flags.own_rows import own_rows_flags
from deepgrade.board.flags.own_rows_reader import own_rows_of
from deepgrade.data.synthetic_hitters import generate_hitters
from deepgrade.data.synthetic_nyse import generate_nyse
from deepgrade.data.tables import read_columns
from deepgrade.lab import load_lab
from deepgrade.score.reader import EvidenceReader
from support.made_runs import make_lab, make_record, npy, whole, write_run

PLAYERS = 150
SEEDS = st.integers(0, 10_000)
FEW = settings(max_examples=15, deadline=None)


def table(rng):
    """Return inputs and salaries of players, and the mounted columns."""
    inputs = rng.normal(size=(PLAYERS, 6)) * [1, 10, 100, 5, 2, 1]
    salary = np.round(
        np.exp(5.5 + 0.3 * inputs[:, 0] + 0.05 * inputs[:, 1] + rng.normal(size=PLAYERS) * 0.4), 1
    )
    columns = {f"c{place}": inputs[:, place] for place in range(6)} | {"Salary": np.append(salary, np.nan)}
    return inputs, salary, columns


def fitted(training, targets, rows, rng, noise):
    centre = training.mean(axis=0)
    weights, *_ = np.linalg.lstsq(training - centre, targets - targets.mean(), rcond=None)
    return targets.mean() + (rows - centre) @ weights + rng.normal(size=len(rows)) * noise * targets.std()


def honest(rng, seed=0, *, metric="mae"):
    """Return an entry that split the table at random and learned about as much as least squares does."""
    inputs, salary, columns = table(np.random.default_rng(seed))
    order = rng.permutation(PLAYERS)
    test, train = order[: PLAYERS // 3], order[PLAYERS // 3 :]
    means, deviations = inputs[train].mean(axis=0), inputs[train].std(axis=0)
    x_train, x_test = (inputs[train] - means) / deviations, (inputs[test] - means) / deviations
    return OwnRows(
        metric,
        x_test,
        salary[test],
        fitted(x_train, salary[train], x_test, rng, 0.05),
        x_train,
        salary[train],
        fitted(x_train, salary[train], x_train, rng, 0.05),
        columns,
    )


def splits(count=12):
    return [honest(np.random.default_rng(1000 + place)) for place in range(count)]


def series(rng, lags=4, days=400, *, shift=0.0):
    """Return an entry on windows of a time series, the last quarter for testing."""
    values = np.zeros(days)
    steps = np.random.default_rng(5).normal(size=days)
    for day in range(1, days):
        values[day] = 0.7 * values[day - 1] + steps[day]
    columns = {"volume": values * 0.3 + 5}
    values = (values - values.mean()) / values.std(ddof=1)
    windows = np.stack([values[day : days - lags + day] for day in range(lags)], axis=1)
    truth, cut = values[lags:], 300
    predicted = fitted(windows[:cut], truth[:cut], windows[cut:], rng, 0.03) + shift
    return OwnRows("r2", windows[cut:], truth[cut:], predicted, windows[:cut], truth[:cut], None, columns)


def codes(rows, references=()):
    return [flag.code for flag in own_rows_flags(rows, references, entry=3, students=("ada", "bob"))]


def test_training_rows_among_the_test_rows_are_flagged():
    rows = honest(np.random.default_rng(0))
    inputs, targets = rows.inputs.copy(), rows.targets.copy()
    inputs[:10], targets[:10] = rows.train_inputs[5:15], rows.train_targets[5:15]
    (flag,) = own_rows_flags(
        replace(rows, inputs=inputs, targets=targets), splits(), entry=3, students=("ada",)
    )
    assert flag.code == "shared_rows" and flag.students == ("ada",) and flag.entries == (3,)
    assert "10 of 50 test rows" in flag.sentence


def test_training_rows_are_found_in_another_unit_and_with_float32():
    rows = honest(np.random.default_rng(1))
    again = rows.train_inputs[:50]
    apart = (again - again.mean(axis=0)) / again.std(axis=0) * 3 - 1
    targets = rows.train_targets[:50]
    assert "shared_rows" in codes(replace(rows, inputs=apart, targets=targets))
    single = again.astype(np.float32).astype(np.float64)
    assert "shared_rows" in codes(replace(rows, inputs=single, targets=targets))


def test_neighbouring_windows_at_the_split_are_legitimate():
    rows = series(np.random.default_rng(2))
    assert codes(rows, [series(np.random.default_rng(place)) for place in range(3, 9)]) == []


def test_other_days_than_the_labs_are_flagged():
    references = [series(np.random.default_rng(place)) for place in range(3, 9)]
    rows = references[0]
    fewer = replace(
        rows, inputs=rows.inputs[:60], targets=rows.targets[:60], predictions=rows.predictions[:60]
    )
    assert codes(fewer, references) == ["other_rows"]
    scaled = replace(rows, targets=rows.targets * 2 + 1, train_targets=rows.train_targets * 2 + 1)
    assert codes(replace(scaled, predictions=rows.predictions * 2 + 1), references) == []


def test_made_up_test_targets_are_flagged():
    rows = honest(np.random.default_rng(3))
    close = replace(rows, targets=rows.predictions + 1.37)
    assert "made_up_targets" in codes(close, splits())
    assert "made_up_targets" not in codes(replace(close, columns={}), splits())


def test_targets_in_another_unit_are_flagged_where_the_unit_counts():
    rows = honest(np.random.default_rng(4))
    scaled = replace(
        rows,
        **{
            name: getattr(rows, name) / 1000
            for name in ("targets", "predictions", "train_targets", "train_predictions")
        },
    )
    assert codes(scaled, splits()) == ["other_unit"]
    assert codes(replace(scaled, metric="r2"), [replace(one, metric="r2") for one in splits()]) == []


def test_targets_that_no_column_holds_are_a_weak_flag():
    rows = honest(np.random.default_rng(5))
    strange = {
        name: np.round(np.sqrt(getattr(rows, name)) * 7) + 0.123 for name in ("targets", "train_targets")
    }
    flags = own_rows_flags(
        replace(rows, **strange, predictions=strange["targets"] + 20), entry=1, students=("ada",)
    )
    assert [(flag.code, flag.strength) for flag in flags] == [("unknown_targets", 5.0)]


def test_few_and_repeated_test_rows_are_flagged():
    rows = honest(np.random.default_rng(6))

    def at(places):
        return replace(
            rows, **{name: getattr(rows, name)[places] for name in ("inputs", "targets", "predictions")}
        )

    assert codes(at(np.arange(15)), splits()) == ["few_test_rows"]
    assert "repeated_rows" in codes(at(np.resize(np.arange(20), 50)), splits())


def test_predictions_that_are_the_targets_are_flagged():
    rows = honest(np.random.default_rng(7))
    exact = replace(rows, predictions=rows.targets.astype(np.float32).astype(np.float64))
    assert codes(exact, splits())[0] == "exact_predictions" and "too_good" in codes(exact, splits())


def test_the_target_among_the_inputs_is_flagged():
    rows = honest(np.random.default_rng(8))
    inputs = rows.inputs.copy()
    inputs[:, 3] = rows.targets / 100
    assert "target_among_inputs" in codes(replace(rows, inputs=inputs), splits())


def test_a_model_that_knows_the_test_rows_is_flagged():
    rows = honest(np.random.default_rng(9))
    half = replace(rows, predictions=rows.predictions + 0.55 * (rows.targets - rows.predictions))
    assert "knows_test_rows" in codes(half, splits())
    assert codes(half, splits(4)) in ([], ["too_good"])  # too few honest models to say so


def test_picked_easy_rows_are_flagged():
    inputs, salary, columns = table(np.random.default_rng(0))
    off = np.abs(salary - fitted(inputs, salary, inputs, np.random.default_rng(0), 0))
    order = np.argsort(off)
    test, train = order[: PLAYERS // 3], order[PLAYERS // 3 :]
    rng = np.random.default_rng(10)
    predicted = fitted(inputs[train], salary[train], inputs[test], rng, 0.05)
    rows = OwnRows("mae", inputs[test], salary[test], predicted, inputs[train], salary[train], None, columns)
    assert "easy_rows" in codes(rows, splits())
    assert "easy_rows" not in codes(rows, [])  # without honest splits it is not known that splits are random


def test_rows_without_training_rows_or_table_are_looked_at_as_far_as_that_goes():
    rows = replace(honest(np.random.default_rng(11)), train_inputs=None, train_targets=None, columns={})
    assert codes(rows, splits()) == []
    assert "exact_predictions" in codes(replace(rows, predictions=rows.targets))


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_handful_of_rows_is_no_error(rows):
    one = honest(np.random.default_rng(12))
    tiny = replace(
        one,
        **{name: getattr(one, name)[:rows] for name in ("inputs", "targets", "predictions")},
        train_inputs=one.train_inputs[:rows],
        train_targets=one.train_targets[:rows],
        train_predictions=None,
    )
    assert set(codes(tiny, splits())) <= {"few_test_rows", "unknown_targets"}


def test_constant_targets_and_inputs_are_no_error():
    one = honest(np.random.default_rng(13))
    flat = replace(
        one, targets=np.full(50, 7.0), predictions=np.full(50, 7.0), inputs=np.ones_like(one.inputs)
    )
    assert "made_up_targets" in codes(flat, splits())


@FEW
@given(SEEDS)
def test_honest_splits_are_left_alone(seed):
    assert codes(honest(np.random.default_rng(seed)), splits()) == []


@FEW
@given(SEEDS)
def test_the_order_of_rows_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    rows = honest(rng)
    knowing = replace(rows, predictions=rows.predictions + 0.5 * (rows.targets - rows.predictions))
    test, train = rng.permutation(len(rows.targets)), rng.permutation(len(rows.train_targets))
    moved = replace(
        knowing,
        **{name: getattr(knowing, name)[test] for name in ("inputs", "targets", "predictions")},
        **{
            name: getattr(knowing, name)[train]
            for name in ("train_inputs", "train_targets", "train_predictions")
        },
    )
    assert codes(moved, splits()) == codes(knowing, splits())


@pytest.fixture(scope="module")
def generated():
    """The columns of the generated tables, as they are mounted."""
    tables = {"hitters": generate_hitters("quick"), "nyse": generate_nyse("quick")}
    return {name: read_columns(next(iter(made.files.values()))) for name, made in tables.items()}


def of_hitters(columns, seed):
    """Return what the Hitters lab makes: complete rows, a random third for testing, standardised by the training rows."""
    complete = ~np.isnan(columns["Salary"])
    numbers = [
        values[complete] for name, values in columns.items() if values.dtype.kind == "f" and name != "Salary"
    ]
    inputs, salary, rng = np.column_stack(numbers), columns["Salary"][complete], np.random.default_rng(seed)
    order = rng.permutation(len(salary))
    test, train = order[: len(order) // 3], order[len(order) // 3 :]
    z_train, z_test = (
        (inputs[part] - inputs[train].mean(axis=0)) / inputs[train].std(axis=0) for part in (train, test)
    )
    known = {name: values for name, values in columns.items() if values.dtype.kind == "f"}
    on_test, on_train = (fitted(z_train, salary[train], part, rng, 0.1) for part in (z_test, z_train))
    return OwnRows("mae", z_test, salary[test], on_test, z_train, salary[train], on_train, known)


def of_nyse(columns, seed):
    """Return what the NYSE lab makes: five days of three standardised series, the last years for testing."""
    series = np.column_stack([columns[name] for name in ("DJ_return", "log_volume", "log_volatility")])
    series = (series - series.mean(axis=0)) / series.std(axis=0, ddof=1)
    windows = np.stack([series[day : len(series) - 5 + day] for day in range(5)], axis=1).reshape(
        len(series) - 5, -1
    )
    truth, train = series[5:, 1], columns["train"][5:] == 1
    predicted = fitted(windows[train], truth[train], windows[~train], np.random.default_rng(seed), 0.1)
    known = {name: values for name, values in columns.items() if values.dtype.kind == "f"}
    return OwnRows("r2", windows[~train], truth[~train], predicted, windows[train], truth[train], None, known)


@pytest.mark.parametrize(("lab", "made"), [("hitters", of_hitters), ("nyse", of_nyse)])
def test_honest_work_on_the_generated_tables_is_left_alone(generated, lab, made):
    references = [made(generated[lab], seed) for seed in range(10, 18)]
    for seed in range(2):
        assert codes(made(generated[lab], seed), references) == []


def test_low_salaries_picked_for_testing_are_flagged(generated):
    references = [of_hitters(generated["hitters"], seed) for seed in range(10, 16)]
    rows = references[0]
    inputs, salary = (
        np.concatenate([rows.inputs, rows.train_inputs]),
        np.concatenate([rows.targets, rows.train_targets]),
    )
    order = np.argsort(salary, kind="stable")
    test, train = order[: len(rows.targets)], order[len(rows.targets) :]
    predicted = fitted(inputs[train], salary[train], inputs[test], np.random.default_rng(0), 0.1)
    picked = OwnRows(
        "mae", inputs[test], salary[test], predicted, inputs[train], salary[train], None, rows.columns
    )
    assert codes(picked, references) == ["easy_rows"]


def test_a_wide_or_long_table_takes_seconds():
    rng = np.random.default_rng(15)
    for rows, columns in ((400, 2000), (40_000, 20)):
        inputs, targets = rng.normal(size=(2 * rows, columns)), rng.normal(size=2 * rows)
        large = OwnRows(
            "mae", inputs[:rows], targets[:rows], targets[:rows] * 0.1, inputs[rows:], targets[rows:]
        )
        assert codes(large, splits(6)) == []


TOML = """
schema_version = 1
name = "tiny"
title = "Tiny"
data = ["mnist"]
[[questions]]
id = "a1"
title = "Rows"
points = 1.0
manual = true
rubric = "Reads it."
[[questions]]
id = "a2"
title = "Network"
points = 3.0
manual = true
rubric = "Reads it."
[[questions]]
id = "a3"
title = "Again"
points = 1.0
manual = true
rubric = "Reads it."
[hidden.players]
source = "captured"
inputs = "x_test"
inputs_question = "a2"
targets = "y_test"
metric = "mae"
[hidden.learned]
source = "captured"
inputs = "x_train"
inputs_question = "a2"
targets = "y_train"
metric = "rae"
"""


@pytest.fixture
def stored(tmp_path):
    """Write a run with own rows; return what the reader makes of it."""
    rows = honest(np.random.default_rng(14))

    def read(**changes):
        files = make_lab(tmp_path / "root", "", TOML)
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        values = {
            "x_test": rows.inputs.reshape(50, 3, 2),
            "y_test": rows.targets,
            "x_train": rows.train_inputs,
            "y_train": rows.train_targets,
        } | changes
        items = {
            name: whole(folder / "evidence", value) for name, value in values.items() if value is not None
        }
        items["network"] = {"kind": "model", "class": "Sequential"}
        late = {"a1": {"y_train": items.pop("y_train")}, "a2": items}
        predictions = {
            name: {"status": "ok", "file": npy(folder / "predictions", outputs.astype(np.float32)[:, None])}
            for name, outputs in (("players", rows.predictions), ("learned", rows.train_predictions))
        }
        entry = {"status": "ok", "predictions": predictions}
        plan = {"a1": ("y_train",), "a2": ("x_test", "y_test", "x_train", "network"), "a3": ()}
        record = make_record(files, plan=plan)
        write_run(folder, record, late, {"schema_version": 1, "models": {"a2/network": entry}})
        reader = EvidenceReader(folder, record)
        return own_rows_of(reader, load_lab(files), ("a2", "network"), "players", rows.columns)

    return read, rows


def test_rows_are_read_from_a_run_training_targets_from_the_question_before(stored):
    read, rows = stored
    found = read()
    assert found.inputs.shape == (50, 6) and np.array_equal(found.targets, rows.targets)
    assert np.array_equal(found.train_targets, rows.train_targets) and set(found.columns) == set(rows.columns)
    assert np.allclose(found.predictions, rows.predictions) and len(found.train_predictions) == 100


@pytest.mark.parametrize(
    "changes",
    [
        {"x_test": None},
        {"y_test": None},
        {"y_test": np.ones(49)},
        {"y_test": np.full(50, np.nan)},
        {"y_test": np.ones((50, 2))},
        {"x_test": np.ones(50)},
        {"x_test": np.full((50, 2), np.inf)},
    ],
)
def test_rows_that_cannot_be_used_are_not_looked_at(stored, changes):
    read, _ = stored
    assert read(**changes) is None


def test_unusable_training_rows_cost_only_what_needs_them(stored):
    read, _ = stored
    found = read(x_train=np.arange(100.0))
    assert found is not None and found.training is None
