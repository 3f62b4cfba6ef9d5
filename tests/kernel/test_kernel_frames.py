"""Data frames: kept by the kernel, read by checks; whatever their cells and columns are."""

import numpy as np
import pytest

from deepgrade.score.unavailable import ReviewNeeded

HOSTILE = """
import pandas as pd, numpy as np
class Bad:
    def __str__(self): raise RuntimeError("str")
    __repr__ = __str__
    def __eq__(self, other): raise RuntimeError("eq")
    def __hash__(self): raise RuntimeError("hash")
class Text(str):
    def __str__(self): raise RuntimeError
    def __hash__(self): return 1
class Name:
    def __str__(self): raise RuntimeError("name")
class Frame(pd.DataFrame):
    @property
    def columns(self): raise SystemExit("columns")
cells = pd.DataFrame({"n": [1, 2], "bad": [Bad(), None], "mixed": ["a", 5], "list": [[1], {"k": 2}]})
cells["text"] = pd.Series([Text("x"), Text("y")], dtype=object)
named = pd.DataFrame([[1, 2]]); named.columns = pd.Index([Name(), "b"], dtype=object)
sub = Frame({"a": [1]})
wide = pd.DataFrame(np.ones((2, 2000))); wider = pd.DataFrame(np.ones((2, 2001)))
long = pd.DataFrame({"text": [str(i).zfill(300) for i in range(30_000)], "n": range(30_000)})
many = pd.DataFrame({f"c{i}": [f"{'v' * 199}{i}{j}" for j in range(60)] for i in range(200)})
"""


def test_hostile_cells_and_names_cost_their_own_facts(run_kernel):
    names = "cells named sub wide wider long many"
    run = run_kernel(HOSTILE, "fine = 1", keep=f"{names} fine")
    items = run.items()
    assert run.statuses() == ["ok", "ok"] and items["fine"]["value"] == 1
    cells = run.frame("cells")
    assert cells["n"].tolist() == [1.0, 2.0] and list(cells.nulls.values()) == [0, 1, 0, 0, 0]
    assert cells.head()[0] == [1, None, "a", [1], "x"] and cells.head()[1][2] == 5
    for name in ("bad", "mixed", "list", "text", "n"):
        with pytest.raises(AssertionError, match="holds no texts"):
            cells.levels(name)
    for name in ("named", "sub"):
        assert items[name]["kind"] == "unsupported" and items[name]["why"], name
    assert run.frame("wide").to_numpy().shape == (2, 2000) and "2,001 columns" in items["wider"]["why"]
    assert run.frame("long").level_count("text") == 30_000 and len(run.frame("long").levels("text")) == 200
    assert 20 < len(items["many"]["levels"]) < 200
    assert (run.out / "evidence" / "a1.json").stat().st_size < 6 << 20


def test_columns_of_one_name_are_kept_and_not_confused(run_kernel):
    source = """
import pandas as pd
x = pd.DataFrame([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], columns=["a", "b", "a"])
y = pd.DataFrame([["u", 1.0]], columns=["a", "a"])
"""
    run = run_kernel(source, keep="x y")
    x = run.frame("x")
    assert x.columns == ["a", "b", "a"] and x.to_numpy().tolist() == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]
    assert x["b"].tolist() == [2.0, 5.0]
    with pytest.raises(AssertionError, match="2 columns have the name 'a'"):
        x["a"]
    with pytest.raises(AssertionError, match="hold no numbers: a"):
        run.frame("y").to_numpy()


def test_numbers_are_whole_up_to_8_mib_and_facts_beyond(run_kernel):
    source = """
import numpy as np, pandas as pd
small = pd.DataFrame({"a": np.arange(262_144) / 3, "b": range(262_144), "c": 1, "d": True})
large = pd.DataFrame(np.random.default_rng(0).random((262_145, 4)), columns=list("abcd"))
"""
    run = run_kernel(source, keep="small large")
    small, large = run.frame("small"), run.frame("large")
    assert np.array_equal(small["a"], np.arange(262_144) / 3) and small.to_numpy().shape == (262_144, 4)
    assert large.shape == (262_145, 4) and large.facts("a")["mean"] == pytest.approx(0.5, abs=0.01)
    for look in (lambda: large["a"], large.to_numpy, lambda: np.asarray(large)):
        with pytest.raises(ReviewNeeded):
            look()


def test_frame_answers_like_the_frame_it_was_taken_from(run_kernel):
    source = """
import pandas as pd
df = pd.DataFrame({"Hits": [10, 20, 30], "Salary": [1.5, None, 2.5], "League": ["N", "A", "N"], "New": [True, False, True],
                   "day": pd.date_range("2020-01-01", periods=3), "count": pd.array([1, None, 3], dtype="Int64")},
                  index=["a", "b", "c"])
df["cat"] = pd.Categorical(["y", "x", "y"], categories=["x", "y", "z"])
df["num"] = pd.Categorical([3, 1, 3])
df["none"] = pd.Series([None, None, None], dtype=object, index=df.index)
df["obj"] = pd.Series(["u", None, "t"], dtype=object, index=df.index)
empty = pd.DataFrame(); rows = df.iloc[:0]; ints = pd.DataFrame([[1, 2], [3, 4]], index=[5, 5])
"""
    run = run_kernel(source, keep="df empty rows ints")
    df = run.frame("df")
    assert df.shape == (3, 10) and len(df) == 3 and "Salary" in df and "x" not in df and df.ndim == 2
    assert df.columns[:4] == ["Hits", "Salary", "League", "New"] and df.dtypes["Hits"] == "int64"
    assert df["Hits"].dtype == np.float64 and df.numeric("New").tolist() == [1.0, 0.0, 1.0]
    assert df["Salary"][0] == 1.5 and np.isnan(df["Salary"][1]) and np.isnan(df["count"][1])
    assert df.isna().sum()["Salary"] == 1 and df.isna().sum().sum() == 6 and df.isnull().any().any()
    assert (
        df.levels("League") == ["A", "N"]
        and df.levels("cat") == ["x", "y"]
        and df.levels("num") == ["1", "3"]
    )
    assert df.levels("obj") == ["t", "u"] and df.dates("day")["max"] == "2020-01-03T00:00:00"
    assert (df.index.dtype, df.index.is_unique) in {("str", True), ("object", None)}
    assert df[["Hits", "New"]].shape == (3, 2) and df.facts("Salary")["std"] == pytest.approx(0.5**0.5)
    with pytest.raises(AssertionError, match="there is no column 'Wage'; the columns are Hits, Salary"):
        df["Wage"]
    with pytest.raises(AssertionError, match="'League' holds no numbers"):
        df["League"]
    assert run.frame("empty").empty and run.frame("rows").shape == (0, 10)
    ints = run.frame("ints")
    assert ints[0].tolist() == [1.0, 3.0] and ints.max().max() == 4 and not ints.index.is_unique


def test_series_answers_like_an_array_and_leaves_nulls_out_as_pandas_does(run_kernel):
    source = """
import pandas as pd
y = pd.Series([3, 1, 2], name="Salary", index=[9, 4, 7]); holes = pd.Series([1.0, None, 4.0])
words = pd.Series(["b", "a", "b"], name="w")
"""
    run = run_kernel(source, keep="y holes words")
    y, holes, words = (run.frame(name) for name in ("y", "holes", "words"))
    assert (y.shape, y.name, y.dtype, len(y), y.ndim, y.size) == ((3,), "Salary", np.int64, 3, 1, 3)
    assert np.asarray(y).dtype == np.int64 and y[0] == 3 and list(y) == [3, 1, 2] and (y >= 1).all()
    assert (y.min(), y.max(), y.sum(), y.mean(), np.mean(y)) == (1, 3, 6, 2.0, 2.0)
    assert y.std() == 1.0 and np.std(y) == pytest.approx((2 / 3) ** 0.5) and np.bincount(y)[3] == 1
    assert (y - np.array([1, 1, 1])).tolist() == [2, 0, 1] and y.reshape(-1, 1).shape == (3, 1)
    assert holes.mean() == 2.5 and holes.isna().sum() == 1 and holes.name is None and holes.nulls == 1
    assert words.levels() == ["a", "b"] and words.head() == ["b", "a", "b"] and words.shape == (3,)
    with pytest.raises(AssertionError, match="holds no numbers"):
        words.mean()
