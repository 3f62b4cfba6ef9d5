"""Tables: the published files, recognised; the synthetic ones, like them; and columns as checks see them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_small_sets import catalogue, real_data

from deepgrade.data import ChecksumError, DataError, DataSet, DataStore, fingerprint
from deepgrade.data.catalogue import CatalogueEntry, PublishedFile
from deepgrade.data.loading import load_table
from deepgrade.data.synthetic_hitters import generate_hitters
from deepgrade.data.synthetic_nyse import generate_nyse
from deepgrade.data.tables import between_points, csv_bytes, read_columns
from deepgrade.files import sha256_bytes
from deepgrade.score.data_facts import DataFactsTable
from deepgrade.score.unavailable import CheckProblem

# A change of a generator changes grades on synthetic data: raise its version when these have to change.
FINGERPRINTS = {
    "hitters": "40f134665671251488510efa6e3867205dd3c3d6275abdfef694d8addc42d170",
    "nyse": "4dc5de96273494b53ad4198911bc8b22bab0a264a5c0c691e30d6b8bce94b594",
}
TABLE = b"name,hits,salary,new\nann,1,2.5,TRUE\nbob,2,,FALSE\n"


@pytest.fixture(scope="module")
def hitters() -> DataSet:
    return generate_hitters("quick")


@pytest.fixture(scope="module")
def nyse() -> DataSet:
    return generate_nyse("quick")


def frame(data: DataSet) -> pd.DataFrame:
    """A set's one table as students read it."""
    (content,) = data.files.values()
    return pd.read_csv(io.BytesIO(content))


def table_store(tmp_path: Path) -> DataStore:
    """A store whose catalogue knows one small table."""
    entry = CatalogueEntry(
        title="small", kind="table", classes=0, licence="none", citation="none", homepage="none",
        files=(PublishedFile(name="Hitters.csv", url="http://127.0.0.1:9/Hitters.csv", sha256=sha256_bytes(TABLE)),),
    )  # fmt: skip
    return DataStore(tmp_path / "store", catalogue(hitters=entry))


def test_a_table_with_other_content_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "Hitters.csv").write_bytes(TABLE.replace(b"2.5", b"2.6"))
    with pytest.raises(ChecksumError, match=r"Hitters\.csv has other content than the published file"):
        table_store(tmp_path).import_folder(tmp_path)


@pytest.mark.parametrize("content", [b"", b"a,a\n1,2\n", b"a,b\n1\n", b"a\n\xff\xfe\n"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="table"):
        read_columns(content)


def test_a_set_without_a_table_has_no_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds 0 tables"):
        load_table(tmp_path)


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_a_table_is_recognised_with_any_line_ends_and_stored_with_one_kind(
    tmp_path: Path, line_end: bytes
) -> None:
    (tmp_path / "Hitters.csv").write_bytes(TABLE.replace(b"\n", line_end))
    store = table_store(tmp_path)
    full, quick = store.import_folder(tmp_path)
    assert (full.path / "files" / "Hitters.csv").read_bytes() == TABLE
    assert (full.facts.train_size, full.facts.test_size, full.facts.classes) == (2, 0, 0)
    assert quick.facts.fingerprint == full.facts.fingerprint
    assert store.verify() == ()
    (quick.path / "files" / "Hitters.csv").write_bytes(TABLE + b"eve,3,4,TRUE\n")
    assert "it has 3 rows, facts.json says 2" in "\n".join(store.verify())


def test_columns_are_numbers_with_gaps_truth_values_or_words() -> None:
    columns = read_columns(b"\xef\xbb\xbf" + TABLE)
    assert list(columns) == ["name", "hits", "salary", "new"]
    assert columns["name"].tolist() == ["ann", "bob"]
    np.testing.assert_array_equal(columns["salary"], [2.5, np.nan])
    assert columns["new"].tolist() == [1.0, 0.0]
    assert {values.dtype.kind for name, values in columns.items() if name != "name"} == {"f"}


def test_checks_see_the_columns_and_files_of_the_labs_sets(tmp_path: Path) -> None:
    (tmp_path / "Hitters.csv").write_bytes(TABLE)
    full, quick = table_store(tmp_path).import_folder(tmp_path)
    data = DataFactsTable(full.path.parent, ("hitters",))
    assert data.hitters.columns["hits"].tolist() == [1, 2]
    assert data.hitters.files == ("Hitters.csv",)
    assert (data.hitters.train_size, data.hitters.synthetic) == (2, False)
    with pytest.raises(ValueError, match="read-only"):
        data.hitters.columns["hits"][0] = 9
    (quick.path / "files" / "other.csv").write_bytes(TABLE)
    with pytest.raises(CheckProblem, match=r"lab\.data\.hitters has no columns: .* 2 tables"):
        _ = DataFactsTable(quick.path.parent, ("hitters",)).hitters.columns


def test_generated_tables_have_the_recorded_fingerprints(hitters: DataSet, nyse: DataSet) -> None:
    assert {"hitters": fingerprint(hitters), "nyse": fingerprint(nyse)} == FINGERPRINTS


def test_players_have_the_columns_levels_and_gaps_of_the_published_table(hitters: DataSet) -> None:
    table = frame(hitters)
    assert table.shape == (322, 20)
    assert table.columns[[0, 13, 14, 18, 19]].tolist() == [
        "AtBat",
        "League",
        "Division",
        "Salary",
        "NewLeague",
    ]
    assert table.isna().sum().to_dict() == {name: 59 if name == "Salary" else 0 for name in table}
    assert {name: set(table[name]) for name in ("League", "Division", "NewLeague")} == {
        "League": {"A", "N"}, "Division": {"E", "W"}, "NewLeague": {"A", "N"},
    }  # fmt: skip
    assert (table.League != table.NewLeague).sum() == 19
    assert table.dtypes.drop(["League", "Division", "NewLeague"]).astype(str).isin(["int64", "float64"]).all()
    for name in ("AtBat", "Hits", "HmRun", "Runs", "RBI"):
        assert (table["C" + name] >= table[name]).all()
    assert (table.Hits <= table.AtBat).all()


def test_a_linear_model_misses_generated_salaries_by_about_250(hitters: DataSet) -> None:
    table = frame(hitters).dropna()
    target = table.pop("Salary").to_numpy()
    inputs = pd.get_dummies(table, drop_first=True).to_numpy(float)
    inputs = np.column_stack([np.ones(len(inputs)), inputs])
    misses = []
    for seed in range(20):
        order = np.random.RandomState(seed).permutation(len(target))
        test, train = order[: len(target) // 3], order[len(target) // 3 :]
        weights, *_ = np.linalg.lstsq(inputs[train], target[train], rcond=None)
        misses.append(np.abs(inputs[test] @ weights - target[test]).mean())
    assert 235 < np.mean(misses) < 265


def test_trading_days_have_the_columns_dates_and_counts_of_the_published_table(nyse: DataSet) -> None:
    table = frame(nyse)
    assert table.columns.tolist() == [
        "date", "day_of_week", "DJ_return", "log_volume", "log_volatility", "train",
    ]  # fmt: skip
    assert len(table) == 6051
    assert table.train.dtype == bool
    assert table.train.sum() == 4281
    assert (table.train == (table.date < "1980-01-01")).all()
    assert table.date.is_monotonic_increasing
    assert table.date.is_unique
    assert (table.date.iloc[0], table.date.iloc[-1]) == ("1962-12-03", "1986-12-31")
    names = ("mon", "tues", "wed", "thur", "fri")
    assert [names[date.fromisoformat(day).weekday()] for day in table.date] == table.day_of_week.tolist()


def test_the_past_explains_as_much_of_the_generated_volume_as_of_the_real_one(nyse: DataSet) -> None:
    table = frame(nyse)
    series = table[["DJ_return", "log_volume", "log_volatility"]]
    series = (series - series.mean()) / series.std()
    lags = [series.shift(lag).to_numpy()[5:] for lag in range(1, 6)]
    days = pd.get_dummies(table.day_of_week, drop_first=True).to_numpy(float)[5:]
    target, train = series.log_volume.to_numpy()[5:], table.train.to_numpy()[5:]

    def explained(*parts: np.ndarray) -> float:
        inputs = np.column_stack([np.ones(len(target)), *parts])
        weights, *_ = np.linalg.lstsq(inputs[train], target[train], rcond=None)
        test = target[~train]
        return float(
            1 - np.square(test - inputs[~train] @ weights).sum() / np.square(test - test.mean()).sum()
        )

    assert abs(explained(*lags) - 0.413) < 0.02
    assert abs(explained(*lags, days) - 0.46) < 0.02


def test_a_line_through_points_is_read_between_and_beyond_them() -> None:
    points = ((0, 10), (10, 20), (20, 0))
    assert [between_points(points, place) for place in (-5, 0, 5, 15, 20, 99)] == [10, 10, 15, 10, 0, 0]
    assert csv_bytes(("a", "b"), [{"a": "x,y", "b": ""}]) == b'a,b\n"x,y",\n'


@pytest.mark.full
def test_the_published_tables_are_the_catalogues(tmp_path: Path) -> None:
    stored = {each.name: each for each in DataStore(tmp_path).import_folder(real_data() / "islp")}
    assert stored["hitters"].facts.train_size == 322
    assert stored["nyse"].facts.train_size == 6051
    assert np.isnan(load_table(stored["hitters"].path)["Salary"]).sum() == 59
