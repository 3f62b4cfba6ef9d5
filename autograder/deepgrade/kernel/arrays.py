"""Arrays and tensors: exact facts of all of it, and the numbers themselves up to 8 MiB.

A lab's design matrix takes 2 GB, so nothing here copies a large array: it is read in blocks of rows that fit into a
processor's cache, and a tensor on a GPU comes over block by block.
"""

from __future__ import annotations

import io
import math
import sys
from typing import Any, NamedTuple

from .plain import NotPlainError
from .sampling import sampled_rows
from .store import EvidenceStore

MAX_STORED_BYTES = 8 << 20
MAX_ROWS = 256
_BLOCK_BYTES = 1 << 20
_TENSOR_BLOCK_BYTES = 32 << 20
_MAX_OBJECTS = 1_000_000
_SMALLER_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32")


class _Source(NamedTuple):
    """Something with rows that come as numpy arrays."""

    dtype: str
    shape: tuple[int, ...]
    item_bytes: int
    block_bytes: int
    native: Any
    """The numpy array itself, when it is one."""
    value: Any
    convert: Any
    """Turns a part of `value` into a numpy array."""

    @property
    def row_bytes(self) -> int:
        return self.item_bytes * math.prod(self.shape[1:])

    @property
    def total_bytes(self) -> int:
        return self.item_bytes * math.prod(self.shape)

    def rows(self, start: int, stop: int) -> Any:
        return self.convert(self.value[start:stop])

    def whole(self) -> Any:
        return self.convert(self.value)


def is_array(value: Any) -> bool:
    """Return whether a value is a numpy array, a tensor of a library that is loaded, or a scipy sparse matrix."""
    return _find_source(type(value)) is not None


def array_item(value: Any, store: EvidenceStore, seed: int) -> dict[str, Any]:
    """Return the item of an array, its file written.

    Raises:
        NotPlainError: An object array that holds no numbers or texts of one type.
        EvidenceFullError: Nothing is left for its file.
    """
    make = _find_source(type(value))
    if make is None:
        raise NotPlainError("it is no array")
    source = make(value)
    stored, rows, kept = "whole", None, None
    if source.total_bytes <= MAX_STORED_BYTES:
        kept = source.whole()
    elif source.row_bytes and len(source.shape) > 0:
        fit = min(MAX_ROWS, MAX_STORED_BYTES // source.row_bytes)
        stored, rows = ("rows", sampled_rows(source.shape[0], fit, seed)) if fit else ("none", None)
        if rows:
            kept = _taken(source, rows)
    facts = _facts(source)
    file = write_array(kept, store) if kept is not None else None
    return {
        "kind": "array",
        "dtype": source.dtype,
        "shape": list(source.shape),
        **facts,
        "stored": stored,
        "rows": rows,
        "file": file,
    }


def _taken(source: _Source, rows: list[int]) -> Any:
    numpy: Any = sys.modules["numpy"]
    if source.native is not None:
        return source.native[rows]
    return numpy.concatenate([source.rows(row, row + 1) for row in rows])


def _facts(source: _Source) -> dict[str, Any]:
    numpy: Any = sys.modules["numpy"]
    facts: dict[str, Any] = {"min": None, "max": None, "mean": None, "finite": True, "nonzero": None}
    if math.prod(source.shape) == 0:
        return {**facts, "nonzero": 0}
    lows, highs, sums, nonzero, finite = [], [], [], 0, True
    with numpy.errstate(all="ignore"):
        for block in _blocks(source):
            if block.dtype.kind not in "biuf":
                return facts
            lows.append(block.min().item())
            highs.append(block.max().item())
            total = float(block.sum(dtype=numpy.float64))
            sums.append(total)
            nonzero += int(numpy.count_nonzero(block))
            if finite and not math.isfinite(total):
                finite = bool(numpy.isfinite(block).all())
    low, high = (min(lows), max(highs)) if finite else (None, None)
    mean = math.fsum(sums) / math.prod(source.shape) if all(map(math.isfinite, sums)) else None
    return {
        "min": int(low) if isinstance(low, bool) else low,
        "max": int(high) if isinstance(high, bool) else high,
        "mean": mean,
        "finite": finite,
        "nonzero": nonzero,
    }


def _blocks(source: _Source) -> Any:
    """Yield the array's elements in parts; their order does not matter."""
    numpy: Any = sys.modules["numpy"]
    native = source.native
    if native is not None and native.ndim > 1 and native.flags.f_contiguous and not native.flags.c_contiguous:
        source = source._replace(value=native.T, native=native.T, shape=native.T.shape)
    if source.total_bytes <= source.block_bytes or not source.shape:
        yield numpy.asarray(source.whole())
        return
    step = max(1, source.block_bytes // max(1, source.row_bytes))
    for start in range(0, source.shape[0], step):
        yield source.rows(start, start + step)


def write_array(array: Any, store: EvidenceStore) -> str:
    """Write an array in the smallest dtype that holds it and return its file's name.

    Raises:
        NotPlainError: An object array that holds no numbers or texts of one type.
        EvidenceFullError: Nothing is left for it.
    """
    numpy: Any = sys.modules["numpy"]
    stream = io.BytesIO()
    numpy.lib.format.write_array(stream, numpy.asarray(_smaller(array), order="C"), allow_pickle=False)
    data = stream.getbuffer()
    return store.put([data], len(data), "npy")


def _smaller(array: Any) -> Any:
    """Return the array in the smallest dtype that holds every value exactly."""
    numpy: Any = sys.modules["numpy"]
    array = numpy.asarray(array)
    kind = array.dtype.kind
    if kind == "O":
        return _native(array)
    if array.size == 0 or kind not in "iuf" or array.dtype.itemsize == 1:
        return array
    with numpy.errstate(all="ignore"):
        low, high = array.min(), array.max()
        if kind == "f":
            if not (numpy.isfinite(low) and numpy.isfinite(high) and (numpy.trunc(array) == array).all()):
                shorter = array.astype(numpy.float32)
                same = array.dtype.itemsize > 4 and numpy.array_equal(shorter, array, equal_nan=True)
                return shorter if same else array
            if numpy.signbit(array[array == 0]).any():
                return array
        for name in _SMALLER_INTEGERS:
            limits = numpy.iinfo(name)
            if numpy.dtype(name).itemsize < array.dtype.itemsize and limits.min <= low and high <= limits.max:
                return array.astype(name)
    return array


def _native(array: Any) -> Any:
    """Return an object array as one of numbers or texts, when all its elements are of one type."""
    numpy: Any = sys.modules["numpy"]
    if array.size > _MAX_OBJECTS:
        raise NotPlainError(f"it is an array of {array.size:,} Python objects")
    kinds = set(map(type, array.ravel().tolist()))
    if len(kinds) != 1 or not kinds <= {bool, int, float, str}:
        raise NotPlainError("it is an array of Python objects that are not numbers or texts of one type")
    native = numpy.array(array.tolist(), dtype=next(iter(kinds)))
    if native.shape != array.shape:
        raise NotPlainError("it is an array of Python objects")
    return native


def _find_source(kind: type[Any]) -> Any:
    numpy: Any = sys.modules.get("numpy")
    if not hasattr(numpy, "ndarray"):
        return None
    if issubclass(kind, numpy.ndarray):
        return _numpy_source
    for module, names, make in _TENSORS:
        library: Any = sys.modules.get(module)
        for name in names if library is not None else ():
            base = getattr(library, name, None)
            if isinstance(base, type) and issubclass(kind, base):
                return make
    if str(kind.__module__).split(".")[0] == "jaxlib" and kind.__name__ == "ArrayImpl":
        return _converted_source
    return None


def _numpy_source(value: Any) -> _Source:
    numpy: Any = sys.modules["numpy"]
    array = numpy.ndarray.view(value, numpy.ndarray)
    return _Source(
        str(array.dtype), array.shape, array.dtype.itemsize, _BLOCK_BYTES, array, array, lambda part: part
    )


def _tensor(value: Any, dtype: str, convert: Any) -> _Source:
    numpy: Any = sys.modules["numpy"]
    shape = tuple(int(size) for size in value.shape)
    if dtype == "bfloat16":  # numpy cannot name it
        return _Source(
            dtype, shape, 2, _TENSOR_BLOCK_BYTES, None, value, lambda part: _widened(convert(part))
        )
    try:
        item_bytes = numpy.dtype(dtype).itemsize
    except TypeError:
        item_bytes = 8
    return _Source(dtype, shape, item_bytes, _TENSOR_BLOCK_BYTES, None, value, convert)


def _widened(array: Any) -> Any:
    numpy: Any = sys.modules["numpy"]
    return numpy.asarray(array).astype(numpy.float32)


def _tensorflow_source(value: Any) -> _Source:
    return _tensor(value, str(value.dtype.name), lambda part: part.numpy())


def _torch_source(value: Any) -> _Source:
    def convert(part: Any) -> Any:
        part = part.cpu()
        return (part.float() if str(part.dtype) == "torch.bfloat16" else part).numpy()

    return _tensor(value.detach(), str(value.dtype).removeprefix("torch."), convert)


def _keras_source(value: Any) -> _Source:
    keras: Any = sys.modules["keras"]
    tensor = value.value
    return _tensor(tensor, str(value.dtype), keras.ops.convert_to_numpy)


def _converted_source(value: Any) -> _Source:
    numpy: Any = sys.modules["numpy"]
    return _tensor(value, str(value.dtype), numpy.asarray)


def _sparse_source(value: Any) -> _Source:
    rows = value.tocsr()
    return _tensor(rows, str(rows.dtype), lambda part: part.toarray())._replace(block_bytes=_BLOCK_BYTES)


_TENSORS: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    ("keras", ("Variable",), _keras_source),
    ("tensorflow", ("Tensor", "Variable"), _tensorflow_source),
    ("torch", ("Tensor",), _torch_source),
    ("scipy.sparse", ("spmatrix", "sparray"), _sparse_source),
)
