"""Evidence: every kind of docs/formats.md, within its bounds, whatever an object does when it is looked at."""

import numpy as np
import pytest

from deepgrade.kernel.sampling import sampled_rows

HOSTILE = """
import numpy as np
class Bad:
    def __getattribute__(self, name): raise RuntimeError(name)
    def __len__(self): raise SystemExit
    def __iter__(self): raise KeyboardInterrupt
class Liar:
    __class__ = np.ndarray
    shape = (3,)
class Meta(type):
    def __getattribute__(cls, name): raise RuntimeError(name)
class Cold(metaclass=Meta): pass
class List(list):
    def __iter__(self): raise RuntimeError
    def __len__(self): return 10**12
class Dict(dict):
    def items(self): raise RuntimeError
class Array(np.ndarray):
    def __getattribute__(self, name): raise SystemExit
class Text(str):
    def __len__(self): return -1
    def encode(self, *args): raise RuntimeError
class Number(int):
    def __repr__(self): return "evil"
    def bit_length(self): raise RuntimeError
bad, liar, cold = Bad(), Liar(), Cold()
items, table, text, number = List([1, 2]), Dict(a=1), Text("abc"), Number(3)
array = np.zeros(3).view(np.ndarray); array = Array.__new__(Array, (3,), dtype=float); np.ndarray.fill(array, 2)
inside = [Bad()]; objects = np.empty(2, dtype=object); objects[0] = Bad()
itself = []; itself.append(itself)
"""


def test_hostile_objects_are_unsupported_and_cost_nothing_else(run_kernel):
    names = "bad liar cold items table text number array inside objects itself"
    run = run_kernel(HOSTILE, "fine = 1", keep=f"{names} fine")
    items = run.items()
    assert run.exit_code == 0 and run.statuses() == ["ok", "ok"] and items["fine"]["value"] == 1
    for name in ("bad", "liar", "cold", "inside", "objects", "itself"):
        assert items[name]["kind"] == "unsupported" and items[name]["why"], name
    assert items["bad"]["type"] == "__main__.Bad"
    assert [items[name]["value"] for name in ("items", "table", "text", "number")] == [
        [1, 2],
        {"a": 1},
        "abc",
        3,
    ]
    assert items["array"]["shape"] == [3] and items["array"]["mean"] == 2


def test_names_never_defined_are_missing_and_builtins_do_not_count(run_kernel):
    items = run_kernel("x = 1\ndel x", keep="x sum nothing").items()
    assert items == {name: {"kind": "missing"} for name in ("x", "sum", "nothing")}


def test_evidence_is_taken_after_an_error_and_keyed_by_question(run_kernel):
    plan = {question: {"names": ["x"]} for question in ("a0", "a1", "b2")}
    run = run_kernel(
        "x = 1", "x = 2; 1 / 0", "x = 3", plan=plan, ends={0: ["a1"], 1: ["b2"]}, ends_at_start=["a0"]
    )
    assert run.items("a0")["x"] == {"kind": "missing"}
    assert run.items("a1")["x"]["value"] == 1 and run.items("b2")["x"]["value"] == 2
    assert [event["question"] for event in run.events if event["event"] == "question_end"] == [
        "a0",
        "a1",
        "b2",
    ]


@pytest.mark.parametrize(
    ("source", "kind", "value"),
    [
        ("41", "int", 41),
        ("2.5", "float", 2.5),
        ("float('nan')", "float", {"$float": "nan"}),
        ("float('-inf')", "float", {"$float": "-inf"}),
        ("None", "NoneType", None),
        ("True", "bool", True),
        ("'é'", "str", "é"),
        ("{2, 1, 'a'}", "set", [1, 2, "a"]),
        ("frozenset()", "set", []),
        ("(1, [2.0, 'x', None])", "list", [1, [2.0, "x", None]]),
        ("{'a': 1, 2: {'b': (3,)}}", "dict", {"a": 1, "2": {"b": [3]}}),
        ("[[1, 2], [3, 4]]", "list", [[1, 2], [3, 4]]),
        ("__import__('numpy').float32(1.5)", "float", 1.5),
        ("__import__('numpy').bool_(True)", "bool", True),
        ("[__import__('numpy').int64(3)]", "list", [3]),
        ("__import__('collections').OrderedDict(a=1)", "dict", {"a": 1}),
    ],
)
def test_plain_values_are_json(run_kernel, source, kind, value):
    item = run_kernel(f"x = {source}", keep="x").items()["x"]
    assert item == {"kind": "value", "type": kind, "value": value}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("list(range(200_000))", "256 KiB"),
        ("'x' * 300_000", "256 KiB"),
        ("10 ** 5000", "digits"),
        ("{(1, 2)}", "a set of more than numbers and texts"),
        ("{(1, 2): 3}", "keys"),
        ("print.__class__", "builtins.type"),
    ],
)
def test_values_without_a_bounded_form_say_why(run_kernel, source, why):
    item = run_kernel(f"x = {source}", keep="x").items()["x"]
    assert item["kind"] == "unsupported" and why in item["why"]


ARRAYS = {
    "quarters": np.arange(12).reshape(3, 4) / 4,
    "pixels": np.arange(256, dtype="float64").reshape(16, 16),
    "labels": np.array([-5, 300]),
    "flags": np.array([True, False]),
    "empty": np.zeros((0, 4)),
    "scalar": np.array(3.0),
    "names": np.array(["a", "bc"]),
    "single": np.linspace(0, 1, 7, dtype="float32"),
    "negative_zero": np.array([-0.0, 1.0]),
    "huge": np.array([2**63 + 1], dtype="uint64"),
    "complex": np.array([1j]),
}


def test_arrays_are_kept_exactly_in_the_smallest_dtype_that_holds_them(run_kernel, tmp_path):
    np.savez(tmp_path / "arrays.npz", **ARRAYS)
    source = f"import numpy as np\nglobals().update(np.load({str(tmp_path / 'arrays.npz')!r}))"
    run = run_kernel(source, keep=" ".join(ARRAYS))
    for name, array in ARRAYS.items():
        item = run.items()[name]
        assert (item["kind"], item["stored"]) == ("array", "whole")
        assert item["shape"] == list(array.shape) and item["dtype"] == str(array.dtype)
        kept = run.array(item)
        assert kept.shape == array.shape and np.array_equal(kept, array)
        assert (
            np.array_equal(np.signbit(kept.real), np.signbit(array.real)) if name == "negative_zero" else True
        )
        if array.size and array.dtype.kind in "iuf":
            assert item["min"] == array.min() and item["max"] == array.max()
            assert item["mean"] == pytest.approx(array.mean()) and item["nonzero"] == np.count_nonzero(array)
    assert np.load(run.file(run.items()["pixels"])).dtype == np.uint8
    assert np.load(run.file(run.items()["labels"])).dtype == np.int16


def test_arrays_that_are_not_finite_have_no_extremes(run_kernel):
    items = run_kernel(
        "import numpy as np; x = np.array([1, np.nan]); y = np.array([np.inf])", keep="x y"
    ).items()
    for item in items.values():
        assert not item["finite"] and item["min"] is item["max"] is item["mean"] is None


def test_large_array_is_sampled_and_its_facts_are_exact(run_kernel):
    source = """
import numpy as np
x = np.zeros((6000, 800)); x[np.arange(6000), np.arange(6000) % 800] = 1; x[5999, 0] = -2.5
fortran = np.asfortranarray(x); labels = np.zeros((6000, 250), dtype="int64")
import resource; before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""
    run = run_kernel(
        source,
        "(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024",
        plan={"a1": {"names": ["x", "fortran", "labels"]}},
        ends={0: ["a1"]},
    )
    item, fortran, labels = (run.items()[name] for name in ("x", "fortran", "labels"))
    assert (item["min"], item["max"], item["nonzero"], item["finite"]) == (-2.5, 1.0, 6001, True)
    assert item["mean"] == pytest.approx((6000 - 2.5) / 4_800_000, rel=1e-12)
    assert item["stored"] == "rows" and len(item["rows"]) == 256 and item["rows"][:10] == list(range(10))
    kept = run.array(item)
    assert kept.shape == (256, 800) and kept.dtype == np.float64
    assert all(row[index % 800] == 1 for row, index in zip(kept, item["rows"], strict=True))
    assert fortran == item and labels["rows"] == item["rows"]
    assert int(run.outputs(1)[0]["data"]["text/plain"]) < 40


def test_rows_too_long_to_keep_leave_the_facts(run_kernel):
    item = run_kernel("import numpy as np; x = np.ones((2, 2_000_000))", keep="x").items()["x"]
    assert (item["stored"], item["rows"], item["file"], item["mean"]) == ("none", None, None, 1.0)


def test_sampled_rows_are_the_same_for_the_same_length_and_nested_for_fewer():
    assert sampled_rows(5, 256, 17) == [0, 1, 2, 3, 4]
    many, few = sampled_rows(60_000, 256, 17), sampled_rows(60_000, 40, 17)
    assert many == sampled_rows(60_000, 256, 17) != sampled_rows(60_000, 256, 18)
    assert len(set(many)) == 256 and many == sorted(many) and set(few) < set(many)
    assert sampled_rows(300, 3, 17) == [0, 1, 2]


def test_sparse_matrix_is_an_array_like_its_dense_form(run_kernel):
    source = """
import scipy.sparse as sp
s = sp.random(3000, 1000, density=0.01, format="coo", random_state=0); d = s.toarray()
"""
    items = run_kernel(source, keep="s d").items()
    assert items["s"] == items["d"] and items["d"]["nonzero"] == 30_000


def test_ragged_sequences_are_told_from_tables(run_kernel):
    source = """
import numpy as np
reviews = np.array([list(range(1, n % 7 + 2)) for n in range(1000)], dtype=object)
ragged = [np.array([1, 2]), np.array([3]), np.array([], dtype=int)]
padded = [list(range(60)) for _ in range(5000)]
table = [[1, 2], [3, 4]]
words = [["a"], ["b", "c"]]
"""
    items = run_kernel(source, keep="reviews ragged padded table words").items()
    reviews = items["reviews"]
    assert (reviews["kind"], reviews["container"], reviews["count"]) == ("sequences", "ndarray", 1000)
    assert (reviews["length_min"], reviews["length_max"], reviews["token_min"], reviews["token_max"]) == (
        1,
        7,
        1,
        7,
    )
    assert len(reviews["rows"]) == 200 and reviews["rows"][:10] == list(range(10))
    for index, values in zip(reviews["rows"], reviews["values"], strict=True):
        assert values == list(range(1, index % 7 + 2))
    assert items["ragged"]["values"] == [[1, 2], [3], []] and items["ragged"]["container"] == "list"
    assert items["padded"]["kind"] == "sequences"
    assert items["table"]["kind"] == items["words"]["kind"] == "value"


def test_sequences_need_no_numpy(run_kernel):
    run = run_kernel("x = [[1], [2, 3]]", "import sys; 'numpy' in sys.modules", keep="x")
    assert run.items()["x"]["kind"] == "sequences" and run.outputs(1)[0]["data"]["text/plain"] == "False"


def test_data_frames_keep_columns_nulls_facts_and_head(run_kernel):
    source = """
import pandas as pd
df = pd.DataFrame({"a": [1, 2, None], "b": ["x", "y", "z"], "c": [True, False, True]})
series = pd.Series([1.0, 3.0], name="q"); columns = df.columns
"""
    items = run_kernel(source, keep="df series columns").items()
    df = items["df"]
    assert (df["shape"], df["columns"], df["nulls"]) == ([3, 3], ["a", "b", "c"], {"a": 1, "b": 0, "c": 0})
    assert df["head"] == [[1.0, "x", True], [2.0, "y", False], [{"$float": "nan"}, "z", True]]
    assert df["numeric"]["a"]["mean"] == 1.5 and set(df["numeric"]) == {"a", "c"}
    assert items["series"]["shape"] == [2] and items["series"]["numeric"]["q"]["std"] == pytest.approx(2**0.5)
    assert items["columns"]["value"] == ["a", "b", "c"]


def test_short_lists_of_arrays_keep_each_of_them(run_kernel):
    source = """
import numpy as np, pandas as pd
pair = [np.ones((5, 2)), np.arange(3)]; flat = [np.zeros(2000), np.zeros(3000)]; mixed = (pd.DataFrame({"a": [1]}), np.eye(2))
rows = [np.array([0.5, 1.0]), np.array([1.5, 2.0])]; many = [np.eye(2)] * 9; other = [np.eye(200), "x"]
"""
    items = run_kernel(source, keep="pair flat mixed rows many other").items()
    assert [item["shape"] for item in items["pair"]["items"]] == [[5, 2], [3]] and items["pair"][
        "kind"
    ] == "list"
    assert [item["shape"] for item in items["flat"]["items"]] == [[2000], [3000]]
    assert [item["kind"] for item in items["mixed"]["items"]] == ["frame", "array"]
    assert items["rows"]["value"] == [[0.5, 1.0], [1.5, 2.0]]
    assert items["many"]["kind"] == "value" and items["other"]["kind"] == "unsupported"


def test_functions_answer_probes_apart_from_the_notebook(run_kernel):
    source = """
import random, sys
calls = []
def encode(rows, dimension=4):
    print("noise"); rows[0].append(9); calls.append(1); random.random()
    return [[i in row for i in range(dimension)] for row in rows]
def boom(x): raise ValueError(f"bad {x}")
def leave(x): sys.exit(3)
def deep(x): return deep(x)
def lazy(x): yield x
"""
    probes = {
        "encode": [[[[[1, 3]]], {}], [[[[0]]], {"dimension": 2}]],
        **{name: [[[1], {}]] for name in ("boom", "leave", "deep", "lazy", "absent")},
    }
    run = run_kernel(source, keep="encode boom leave deep lazy absent calls", probes=probes)
    items = run.items()
    encode = items["encode"]
    assert (encode["kind"], encode["name"], encode["parameters"]) == (
        "function",
        "encode",
        ["rows", "dimension"],
    )
    assert [result["item"]["value"] for result in encode["results"]] == [
        [[False, True, False, True]],
        [[True, False]],
    ]
    assert items["boom"]["results"] == [{"error": "ValueError: bad 1"}]
    assert items["leave"]["results"] == [{"error": "SystemExit: 3"}]
    assert items["deep"]["results"][0]["error"].startswith("RecursionError")
    assert items["lazy"]["results"][0]["item"]["kind"] == "unsupported"
    assert items["absent"] == {"kind": "missing"} and run.text(0) == ""


@pytest.mark.long
def test_probes_that_hang_are_stopped_one_by_one(run_kernel):
    source = "def f(x):\n    while x: pass\n    return 5"
    item = run_kernel(source, keep="f", probes={"f": [[[1], {}], [[0], {}]]}).items()["f"]
    assert "stopped after 10 seconds" in item["results"][0]["error"]
    assert item["results"][1]["item"]["value"] == 5


def test_same_content_is_stored_once_and_the_limit_is_kept(run_kernel):
    source = "import numpy as np; x = np.random.rand(100, 100); y = x.copy(); z = np.random.rand(100, 100)"
    plan = {"a1": {"names": ["x", "y"]}, "a2": {"names": ["x", "z"]}}
    run = run_kernel(source, plan=plan, ends={0: ["a1", "a2"]}, evidence_bytes=100_000)
    assert run.items("a1")["x"] == run.items("a1")["y"] == run.items("a2")["x"]
    z = run.items("a2")["z"]
    assert z["kind"] == "unsupported" and "that a run may keep" in z["why"]
    assert len(list((run.out / "evidence").glob("*.npy"))) == 1
    assert not list((run.out / "evidence").glob(".*"))


def test_evidence_survives_a_change_of_folder_and_a_removed_one(run_kernel):
    run = run_kernel("import os, shutil\nos.chdir('/')\nx = [1]", keep="x")
    assert run.items()["x"]["value"] == [1]


FAKE_JAX = """
import os, pathlib, sys
os.environ["CUDA_VISIBLE_DEVICES"] = %r
update = "def update(name, value): told.append([name, value])"
pathlib.Path("jax.py").write_text(f"told = []\\nclass config:\\n    @staticmethod\\n    {update}")
sys.path.insert(0, os.getcwd())
import jax
x = jax.told
"""


@pytest.mark.parametrize(
    ("value", "told"), [("-1", [["jax_platforms", "cpu"]]), ("", [["jax_platforms", "cpu"]]), ("0", [])]
)
def test_notebook_that_hides_the_gpu_computes_on_the_processor_with_jax_too(run_kernel, value, told):
    run = run_kernel(
        FAKE_JAX % value, keep="x", environment={"CUDA_VISIBLE_DEVICES": "0"}, cuda_visible_devices="0"
    )
    assert run.items()["x"]["value"] == told
    devices = run.devices()
    assert devices["cuda_visible_devices"]["at_end"] == value
    assert devices["hiding_calls"] == []


def test_devices_say_what_was_given_and_what_the_notebook_changed(run_kernel):
    run = run_kernel(
        "import os; os.environ['CUDA_VISIBLE_DEVICES'] = '-1'",
        environment={"CUDA_VISIBLE_DEVICES": "0"},
        cuda_visible_devices="0",
    )
    assert run.devices() == {
        "schema_version": 1,
        "backend": None,
        "gpus": [],
        "cuda_visible_devices": {"given": "0", "at_start": "0", "at_end": "-1"},
        "hiding_calls": [],
        "trained": False,
    }
