"""The notebook's own rows through the rebuilt model: as they are, whole, bounded, and refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from infer_bundles import (
    array_item,
    captured,
    dense_bundle,
    dense_forward,
    layer,
    model_item,
    question,
    sequential,
    weights_bytes,
)

from deepgrade.infer import (
    CapturedName,
    InferJob,
    InferWorker,
    ModelBounds,
    ModelRequest,
    OwnRows,
    Prediction,
    Reason,
)

RNG = np.random.default_rng(3)
ROWS, COLUMNS = 301, 6
TABLE = RNG.normal(size=(ROWS, COLUMNS)).astype(np.float32)
OWN = OwnRows(inputs=CapturedName(question="h4", name="x_test"))


@pytest.fixture(scope="module")
def worker() -> Iterator[InferWorker]:
    with InferWorker(bounds=ModelBounds(wall_s=60)) as running:
        yield running


def regressor(
    inputs: int = COLUMNS, units: int = 1, seed: int = 0, shape: list[int | None] | None = None
) -> tuple[bytes, bytes]:
    """A linear layer, by hand."""
    rng = np.random.default_rng(seed)
    document = sequential(layer("Dense", units=units), shape=shape or [None, inputs])
    arrays = [rng.normal(size=(inputs, units)).astype(np.float32), rng.normal(size=units).astype(np.float32)]
    return json.dumps(document).encode(), weights_bytes(arrays)


def linear(weights: bytes, inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    from safetensors.numpy import load

    arrays = load(weights)
    return inputs.astype(np.float64) @ arrays["w000"] + arrays["w001"]


@pytest.fixture
def predicted(worker: InferWorker, tmp_path: Path) -> Callable[..., tuple[Prediction, Any]]:
    """Predict with one model on captured rows; returns the entry of the prediction and what was stored."""

    def predict(
        bundle: tuple[bytes, bytes], item: Callable[[Path], dict[str, Any]] | None
    ) -> tuple[Prediction, Any]:
        evidence = tmp_path / "evidence"
        evidence.mkdir()
        question(evidence, "h4", {} if item is None else {"x_test": item(evidence)})
        question(evidence, "h7", {"network": model_item(evidence, *bundle)})
        models = (ModelRequest(question="h7", name="network", hidden=("players",)),)
        job = InferJob(evidence=evidence, models=models, hidden={"players": OWN})
        entry = worker.predict(job, tmp_path / "out").models["h7/network"]
        assert entry.params is not None
        found = entry.predictions["players"]
        stored = None if found.file is None else np.load(tmp_path / "out" / found.file, allow_pickle=False)
        return found, stored

    return predict


def stored(values: np.ndarray[Any, Any]) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: array_item(folder, values)


@pytest.mark.parametrize("kind", ["float32", "float64", "float16", "int8"])
def test_rows_are_predicted_as_they_are_and_outputs_stay_raw(predicted: Any, kind: str) -> None:
    table = (TABLE * 10).astype(kind)
    bundle = regressor()
    found, outputs = predicted(bundle, stored(table))
    assert (found.status, found.rows, found.output_adapter) == ("ok", ROWS, "raw")
    assert (outputs.dtype, outputs.shape) == (np.float32, (ROWS, 1))
    np.testing.assert_allclose(outputs, linear(bundle[1], table), rtol=1e-4, atol=1e-4)
    assert (found.public_file, found.public_rows) == (None, None)


def test_several_outputs_are_kept_in_their_order(predicted: Any) -> None:
    bundle = dense_bundle(5, 4, inputs=COLUMNS)
    _, outputs = predicted(bundle, stored(TABLE))
    np.testing.assert_allclose(outputs, dense_forward(bundle[1], TABLE), atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "declared"), [((ROWS,), [None, 1]), ((ROWS, 6, 1), [None, 6]), ((ROWS, 6), [None, 6, 1])]
)
def test_a_last_axis_of_one_may_be_there_or_not(
    predicted: Any, shape: tuple[int, ...], declared: list[int | None]
) -> None:
    table = TABLE.ravel()[: int(np.prod(shape))].reshape(shape)
    bundle = regressor(inputs=int(declared[-1] or 0), shape=declared)
    found, outputs = predicted(bundle, stored(table))
    assert (found.status, found.detail, len(outputs)) == ("ok", None, ROWS)


def _rows_only(folder: Path) -> dict[str, Any]:
    return array_item(folder, TABLE, rows=[0, 1, 2])


def _with(**changes: Any) -> Callable[[Path], dict[str, Any]]:
    return lambda folder: {**array_item(folder, TABLE), **changes}


def _other_content(folder: Path) -> dict[str, Any]:
    item = array_item(folder, TABLE)
    (folder / item["file"]).write_bytes((folder / array_item(folder, TABLE + 1)["file"]).read_bytes())
    return item


def _link(folder: Path) -> dict[str, Any]:
    item = array_item(folder, TABLE)
    (folder / item["file"]).rename(folder.parent / "elsewhere")
    (folder / item["file"]).symlink_to(folder.parent / "elsewhere")
    return item


def _changed(value: float) -> np.ndarray[Any, Any]:
    table = TABLE.astype(np.float64)
    table[7, 3] = value
    return table


UNUSABLE: dict[str, tuple[Callable[[Path], dict[str, Any]] | None, str]] = {
    "not there": (None, "`x_test` is not there"),
    "never defined": (lambda folder: {"kind": "missing"}, "is not there"),
    "rows of it alone": (_rows_only, "larger than what is kept whole"),
    "a number": (
        lambda folder: {"kind": "value", "type": "int", "value": 3},
        "neither an array nor a data frame",
    ),
    "another content than its name": (_other_content, "not what its name says"),
    "a link": (_link, "symbolic link"),
    "another file": (_with(file="../../h7.json"), "does not name a .npy file"),
    "no file": (_with(file=None), "has no file"),
    "another shape than its facts": (_with(shape=[ROWS - 1, COLUMNS]), "the evidence says (300, 6)"),
    "a shape of text": (_with(shape="wide"), "shape of `x_test` is not understood"),
    "a shape of booleans": (_with(shape=[True, COLUMNS]), "is not understood"),
    "a shape below zero": (_with(shape=[-1, COLUMNS]), "there is nothing in it"),
    "no rows": (stored(TABLE[:0]), "there is nothing in it"),
    "NaN": (stored(_changed(np.nan)), "1 of their 1,806 numbers are not finite"),
    "infinity": (stored(_changed(np.inf)), "not finite"),
    "beyond float32": (stored(_changed(1e300)), "not finite"),
    "texts": (stored(np.full((ROWS, COLUMNS), "x")), "not accepted"),
    "complex": (stored(TABLE + 1j), "not accepted"),
    "too large a file": (stored(np.zeros((1 << 20, 9), np.uint8)), "9.0 MiB; at most 8.0 MiB"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_rows_that_cannot_be_used_are_refused_with_what_is_wrong(predicted: Any, name: str) -> None:
    item, said = UNUSABLE[name]
    found, outputs = predicted(regressor(), item)
    assert (found.status, found.reason, outputs) == ("not_assessed", Reason.INPUTS_NOT_USABLE, None)
    assert said in str(found.detail)


def frame_item(folder: Path, values: np.ndarray[Any, Any], **changes: Any) -> dict[str, Any]:
    """A data frame as the kernel keeps it; a series where the values have one axis."""
    table = values.reshape(len(values), -1).astype(np.float64)
    columns = [f"c{place}" for place in range(table.shape[1])]
    file = array_item(folder, table)["file"]
    item = {"kind": "frame", "shape": list(values.shape), "columns": columns, "file": file}
    return {**item, "numbers": list(range(len(columns))), **changes}


def test_a_data_frame_of_numbers_is_a_table(predicted: Any) -> None:
    bundle = regressor()
    _, outputs = predicted(bundle, lambda folder: frame_item(folder, TABLE))
    np.testing.assert_allclose(outputs, linear(bundle[1], TABLE), rtol=1e-4, atol=1e-4)


def test_a_series_is_a_table_of_one_column(predicted: Any) -> None:
    bundle = regressor(inputs=1)
    _, outputs = predicted(bundle, lambda folder: frame_item(folder, TABLE[:, 0]))
    np.testing.assert_allclose(outputs, linear(bundle[1], TABLE[:, :1]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"numbers": [0, 1, 2, 4, 5]}, "not every column holds numbers"),
        ({"numbers": None}, "not every column holds numbers"),
        ({"columns": 6}, "not understood"),
        ({"shape": []}, "not understood"),
        ({"shape": [ROWS + 1, COLUMNS]}, "the evidence says (302, 6)"),
        ({"file": None}, "larger than what is kept whole"),
    ],
)
def test_a_data_frame_of_something_else_is_refused(
    predicted: Any, changes: dict[str, Any], said: str
) -> None:
    found, _ = predicted(regressor(), lambda folder: frame_item(folder, TABLE, **changes))
    assert found.reason == Reason.INPUTS_NOT_USABLE
    assert said in str(found.detail)


@pytest.mark.parametrize("table", [TABLE[:, :5], TABLE.reshape(ROWS, 3, 2), TABLE.ravel()])
def test_rows_of_another_shape_than_the_model_takes_name_both(predicted: Any, table: Any) -> None:
    found, _ = predicted(regressor(), stored(table))
    assert (found.status, found.reason) == ("not_assessed", Reason.INPUTS_DO_NOT_FIT)
    assert "takes (None, 6), they are (None" in str(found.detail)


def test_a_model_with_two_inputs_is_not_given_one_table(predicted: Any) -> None:
    import keras

    left, right = keras.layers.Input((COLUMNS,)), keras.layers.Input((2,))
    merged = keras.layers.Concatenate()([left, right])
    model = keras.Model([left, right], keras.layers.Dense(1)(merged))
    found, _ = predicted(captured(model), stored(TABLE))
    assert (found.status, found.reason) == ("not_assessed", Reason.SEVERAL_INPUTS)


def test_a_model_with_two_outputs_has_no_one_answer(predicted: Any) -> None:
    import keras

    source = keras.layers.Input((COLUMNS,))
    model = keras.Model(source, [keras.layers.Dense(1)(source), keras.layers.Dense(1)(source)])
    found, _ = predicted(captured(model), stored(TABLE))
    assert (found.status, found.reason) == ("not_assessed", Reason.SEVERAL_OUTPUTS)


@pytest.mark.parametrize(("units", "rows"), [(4097, 10), (4096, 5000)])
def test_outputs_without_end_are_refused_before_anything_is_built(
    predicted: Any, units: int, rows: int
) -> None:
    found, _ = predicted(regressor(inputs=1, units=units), stored(np.zeros((rows, 1), np.float32)))
    assert (found.status, found.reason) == ("not_assessed", Reason.OUTPUT_TOO_LARGE)


def test_a_model_that_gives_infinity_fails(predicted: Any) -> None:
    document = sequential(layer("Dense", units=1, activation="exponential"), shape=[None, COLUMNS])
    weights = weights_bytes([np.full((COLUMNS, 1), 1e3, np.float32), np.zeros(1, np.float32)])
    found, _ = predicted((json.dumps(document).encode(), weights), stored(np.abs(TABLE)))
    assert (found.status, found.reason) == ("failed", Reason.NOT_FINITE)


def test_a_model_that_was_never_built_is_refused(worker: InferWorker, tmp_path: Path) -> None:
    question(tmp_path, "h4", {"x_test": array_item(tmp_path, TABLE)})
    question(tmp_path, "h7", {"network": model_item(tmp_path, *regressor(), built=False)})
    models = (ModelRequest(question="h7", name="network", hidden=("players",)),)
    job = InferJob(evidence=tmp_path, models=models, hidden={"players": OWN})
    entry = worker.predict(job, tmp_path / "out").models["h7/network"]
    assert (entry.status, entry.reason) == ("refused", Reason.NOT_BUILT)
    assert entry.predictions["players"].reason == Reason.NOT_BUILT


def test_other_rows_are_another_prediction_of_the_same_model(worker: InferWorker, tmp_path: Path) -> None:
    """Equal jobs are predicted once; rows of the same shape in another notebook are no equal job."""
    bundle, seen = regressor(seed=5), []
    for number in range(2):
        evidence = tmp_path / str(number)
        evidence.mkdir()
        question(evidence, "h4", {"x_test": array_item(evidence, TABLE + number)})
        question(evidence, "h7", {"network": model_item(evidence, *bundle)})
        models = (ModelRequest(question="h7", name="network", hidden=("players",)),)
        job = InferJob(evidence=evidence, models=models, hidden={"players": OWN})
        file = worker.predict(job, evidence / "out").models["h7/network"].predictions["players"].file
        seen.append(np.load(evidence / "out" / str(file)))
    np.testing.assert_allclose(seen[1], linear(bundle[1], TABLE + 1), rtol=1e-4, atol=1e-4)
    assert not np.array_equal(*seen)


def test_a_model_that_is_fitted_on_is_another_model_at_the_later_question(
    worker: InferWorker, tmp_path: Path
) -> None:
    early, late = regressor(seed=1), regressor(seed=2)
    question(tmp_path, "h4", {"x_test": array_item(tmp_path, TABLE)})
    question(tmp_path, "h7", {"network": model_item(tmp_path, *early)})
    question(tmp_path, "h8", {"network": model_item(tmp_path, *late)})
    models = tuple(ModelRequest(question=q, name="network", hidden=("players",)) for q in ("h7", "h8"))
    job = InferJob(evidence=tmp_path, models=models, hidden={"players": OWN})
    report = worker.predict(job, tmp_path / "out")
    for key, bundle in (("h7/network", early), ("h8/network", late)):
        file = report.models[key].predictions["players"].file
        outputs = np.load(tmp_path / "out" / str(file))
        np.testing.assert_allclose(outputs, linear(bundle[1], TABLE), rtol=1e-4, atol=1e-4)
