"""Files of predictions: everything wrong is said at once, what is right reads back exactly, nothing else can happen."""

from __future__ import annotations

import ast
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import deepgrade.board
from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.reading.form import Form, form_of, submission_bytes
from deepgrade.board.reading.submission_file import CODES, Defect, SubmissionRefused, read_submission
from deepgrade.board.scoring.metrics import are_probabilities

IDS = ("400100", "212345", "731999", "555555", "100000", "999999")
CLASSES = Form(id_column="Id", columns=("Label",), kind="classes", classes=10, ids=IDS)
VALUES = Form(id_column="Id", columns=("Salary",), kind="values", classes=0, ids=IDS)
SHARES = Form(id_column="Id", columns=("0", "1", "2"), kind="probabilities", classes=3, ids=IDS)
MANY = tuple(str(number) for number in range(100_000, 200_000))
LARGE = Form(id_column="Id", columns=("Label",), kind="classes", classes=10, ids=MANY)
HEADER = b"Id,Label\n"
GOOD = HEADER + b"".join(f"{name},{row}\n".encode() for row, name in enumerate(IDS))


def defects_of(data: bytes, form: Form = CLASSES) -> tuple[Defect, ...]:
    """What is wrong with a file that has to be refused."""
    with pytest.raises(SubmissionRefused) as refused:
        read_submission(data, form)
    defects = refused.value.defects
    assert defects
    for defect in defects:
        assert defect.code in CODES
        assert defect.sentence in str(refused.value)
        assert defect.sentence.isprintable(), "a terminal must not obey a file"
    return defects


def codes_of(data: bytes, form: Form = CLASSES) -> list[str]:
    return [defect.code for defect in defects_of(data, form)]


def with_cells(*labels: str) -> bytes:
    """A file whose labels are these, the rest right."""
    rows = [*labels, *["1"] * (len(IDS) - len(labels))]
    return HEADER + b"".join(f"{name},{cell}\n".encode() for name, cell in zip(IDS, rows, strict=True))


def test_a_file_with_eight_defects_is_told_all_eight_with_their_lines() -> None:
    data = (
        b"Id,Label,Notes\n"
        b"400100,1,\n"
        b"212345,ten,\n"
        b"731999,1,\n"
        b"731999,2,\n"
        b"777777,2,\n"
        b"555555,nan,\n"
        b"100000,3\n"
        b'999999,"4,\n'
    )
    assert [(d.code, d.line, d.column) for d in defects_of(data)] == [
        ("unexpected_column", 1, 3),
        ("not_a_number", 3, 2),
        ("duplicate_id", 5, 1),
        ("unknown_id", 6, 1),
        ("not_finite", 7, 2),
        ("row_length", 8, 3),
        ("bad_csv", 9, None),
        ("row_count", None, None),
    ]


def test_words_are_those_that_people_know() -> None:
    sentences = [d.sentence for d in defects_of(b"NotAnId,Label\n" + b"400100,1\n" * 5)]
    assert "Unexpected Column: 'NotAnId' (Line 1, Column 1)" in sentences
    assert any(s.startswith("Required column 'Id' could not be found") for s in sentences)
    assert any(s.startswith("Submission must have 6 rows; it has 5") for s in sentences)


@pytest.mark.parametrize(
    ("data", "form", "codes"),
    [
        (b"", CLASSES, ["empty_file"]),
        (b"\xef\xbb\xbf\r\n \n", CLASSES, ["empty_file"]),
        (b"x" * (CLASSES.max_bytes + 1), CLASSES, ["too_large"]),
        (b"PK\x03\x04\x14\x00rest of a workbook", CLASSES, ["binary"]),
        (b"\x93NUMPY\x01\x00", CLASSES, ["binary"]),
        (GOOD.decode().encode("utf-16"), CLASSES, ["not_utf8"]),
        (GOOD.replace(b"212345,1", b"212345,\xff1"), CLASSES, ["not_utf8"]),
        (GOOD.replace(b"212345,1", b"212345,1\x00"), CLASSES, ["nul_character"]),
        (HEADER, CLASSES, ["row_count", "missing_ids"]),
        (GOOD.replace(b"212345,1\n", b""), CLASSES, ["row_count", "missing_ids"]),
        (GOOD + b"212345,1\n", CLASSES, ["duplicate_id", "row_count"]),
        (GOOD + b",\n", CLASSES, ["unknown_id", "not_a_number", "row_count"]),
        (GOOD + b"400101,1\n", CLASSES, ["unknown_id", "row_count"]),
        (GOOD.replace(b",1\n", b",1,\n"), CLASSES, ["row_length"]),
        (GOOD.replace(b",1\n", b"\n"), CLASSES, ["row_length"]),
        (GOOD.replace(b",1\n", b',"1\n'), CLASSES, ["bad_csv"]),
        (GOOD.replace(b",1\n", b',"1"1\n'), CLASSES, ["bad_csv"]),
        (GOOD.replace(b",1\n", b"," + b"1" * 5000 + b"\n"), CLASSES, ["line_too_long"]),
        (GOOD.replace(b",1\n", b"," + b"1" * 500 + b"\n"), CLASSES, ["not_a_number"]),
        (b"Id,Label,Label\n" + GOOD[len(HEADER) :].replace(b"\n", b",1\n"), CLASSES, ["duplicate_column"]),
        (GOOD.replace(b"Label", b"label"), CLASSES, ["missing_column", "unexpected_column"]),
        (GOOD.replace(b"Id,", b" Id,"), CLASSES, ["missing_column", "unexpected_column"]),
        (GOOD.replace(b",", b";"), CLASSES, ["wrong_separator"]),
        (GOOD.replace(b",", b"\t"), CLASSES, ["wrong_separator"]),
        (GOOD.replace(b"Label", b"Salary").replace(b",1\n", b",1e101\n"), VALUES, ["out_of_range"]),
        (GOOD.replace(b"Label", b"Salary").replace(b",1\n", b",1e999999\n"), VALUES, ["not_finite"]),
    ],
)
def test_each_defect_has_its_own_code(data: bytes, form: Form, codes: list[str]) -> None:
    assert codes_of(data, form) == codes


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        *(
            (cell, "not_finite")
            for cell in ("nan", "NaN", "-inf", "Infinity", "+INF", "1e999999", "9" * 190 + "e999")
        ),
        *((cell, "not_a_class") for cell in ("-1", "10", "1.5", "1e300", "-0.1", "9.000001")),
        *(
            (cell, "not_a_number")
            for cell in (
                "",
                "１",
                "0x10",
                "1_000",
                "1,",
                "true",
                "NA",
                "1e",
                ".",
                "+",
                "--1",
                "1 2",
                "1j",
                "١",
            )
        ),
    ],
)
def test_a_cell_that_is_no_class_is_named(cell: str, code: str) -> None:
    written = f'"{cell}"' if "," in cell else cell
    (defect,) = defects_of(with_cells("2", written))
    assert (defect.code, defect.line, defect.column) == (code, 3, 2)


@pytest.mark.parametrize(
    "cell",
    ["1", "1.0", "1.", "+1", "1e0", "0.1e1", "01", " 1", "1\t", '"1"', '" 1.0 "', "1" + "." + "0" * 150],
)
def test_every_way_to_write_a_class_is_accepted(cell: str) -> None:
    assert read_submission(with_cells("2", cell), CLASSES).predictions.tolist() == [2, 1, 1, 1, 1, 1]


def test_marks_line_ends_quotes_and_blank_lines_do_not_matter() -> None:
    expected = read_submission(GOOD, CLASSES).predictions
    assert expected.dtype == np.int64
    for data in (
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.rstrip(b"\n"),
        GOOD + b"\n\n \n",
        b"\n" + GOOD,
        GOOD.replace(b"Id", b'"Id"').replace(b"212345", b'"212345"'),
    ):
        np.testing.assert_array_equal(read_submission(data, CLASSES).predictions, expected)


def test_lines_are_those_of_the_file_even_after_blank_ones() -> None:
    data = b"\r\n\r\n" + GOOD.replace(b"\n", b"\r\n").replace(b"212345,1", b"212345,x")
    (defect,) = defects_of(data)
    assert defect.line == 5


def test_probabilities_are_checked_cell_by_cell_and_row_by_row() -> None:
    rows = ["1,0,0", "0.2,0.3,0.5", "0.5,0.5,0.5", "-0.5,1,0.5", "0.3333,0.3333,0.3333", "0,0,0"]
    data = b"Id,0,1,2\n" + b"".join(f"{name},{row}\n".encode() for name, row in zip(IDS, rows, strict=True))
    assert [(d.code, d.line, d.column) for d in defects_of(data, SHARES)] == [
        ("probabilities_do_not_sum", 4, None),
        ("negative_probability", 5, 2),
        ("probabilities_do_not_sum", 7, None),
    ]


def test_of_one_kind_twenty_are_listed_and_the_rest_counted() -> None:
    defects = defects_of(HEADER + b"1,1\n" * 100)
    assert [d.code for d in defects].count("unknown_id") == 21
    assert [d.line for d in defects if d.code == "unknown_id"] == [*range(2, 22), None]
    assert defects[-1].sentence == "80 more of the kind unknown_id are not listed."


def test_a_file_with_no_end_of_defects_is_not_read_to_its_end() -> None:
    stopped = [d for d in defects_of(HOSTILE["empty cells"], LARGE) if d.code == "too_many_defects"]
    assert [(d.line, d.sentence) for d in stopped] == [
        (75_002, "More than 150,000 things are wrong up to here; the rest was not read (Line 75002)")
    ]


def test_missing_rows_are_named_and_text_of_the_file_is_cut_short() -> None:
    *_, missing = defects_of(HEADER)
    assert "'400100', '212345', '731999', '555555', '100000' and 1 more" in missing.sentence
    first = defects_of(HEADER + b"\x1b[31m" + b"x" * 900 + b"\xe2\x80\xae,1\n")[0]
    assert "'\\x1b[31m" in first.sentence
    assert len(first.sentence) < 150


HOSTILE = {
    "a line of commas": HEADER + b"," * 1_000_000,
    "a header of commas": b"," * 1_000_000,
    "one column": b"Id\n" + b"1\n" * 500_000,
    "empty cells": HEADER + b",\n" * 500_000,
    "words": HEADER + b"x\n" * 500_000,
    "unknown ids": HEADER + b"1,1\n" * 250_000,
    "one id": HEADER + b"100000,1\n" * 111_000,
    "quotes": HEADER + b'"' * 1_000_000,
    "quotes in lines": HEADER + b'"\n' * 500_000,
    "nested quotes": HEADER + b'""""""""\n' * 111_000,
    "a huge cell": HEADER + b'100000,"' + b"1" * 1_000_000 + b'"\n',
    "a cell of many lines": HEADER + b'100000,"' + b"1\n" * 500_000 + b'"\n',
    "bytes": HEADER + b"\xff" * 1_000_000,
    "bytes in lines": HEADER + b"\xff\n" * 500_000,
    "NUL": HEADER + b"\x00,\x00\n" * 250_000,
    "large numbers": HEADER + b"".join(b"%d,1e999999\n" % row for row in range(100_000, 160_000)),
    "long numbers": HEADER + b"".join(b"%d,%s\n" % (row, b"9" * 190) for row in range(100_000, 105_000)),
    "carriage returns": HEADER + b"\r" * 1_000_000,
    "right": HEADER + b"".join(b"%s,7\n" % name.encode() for name in MANY),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_megabyte_takes_less_than_a_second(name: str) -> None:
    data = HOSTILE[name]
    assert len(data) <= LARGE.max_bytes
    before = time.process_time()  # of this process alone: other work on the machine does not count
    if name == "right":
        read_submission(data, LARGE)
    else:
        assert len(defects_of(data, LARGE)) < 100
    assert time.process_time() - before < 1


@pytest.mark.parametrize("name", ["a line of commas", "quotes", "a huge cell", "bytes", "right"])
def test_a_hostile_megabyte_takes_bounded_memory(name: str) -> None:
    LARGE.max_bytes  # noqa: B018 # what is computed once does not count
    tracemalloc.start()
    try:
        read_submission(HOSTILE[name], LARGE)
    except SubmissionRefused:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 40_000_000


def test_the_cap_grows_with_the_form_and_ends_at_64_mib() -> None:
    assert GOOD.__len__() * 10 < CLASSES.max_bytes < 100_000
    wide = tuple(map(str, range(1000)))
    form = Form(id_column="Id", columns=wide, kind="probabilities", classes=1000, ids=MANY)
    assert form.max_bytes == 64 << 20


cells = st.one_of(
    st.sampled_from(
        ["", "1", "9", "10", "0.5", "nan", "1e999", "x", '"', ",", "\n", "\r", "\x00", "Id", "Label", *IDS]
    ),
    st.text(max_size=6),
)
texts = st.lists(st.lists(cells, max_size=4).map(",".join), max_size=12).map("\n".join)
files = st.one_of(
    st.binary(max_size=200),
    texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    texts.map(lambda text: HEADER + text.encode("utf-8", "surrogatepass")),
    st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=8)).map(
        lambda cut: GOOD[: cut[0]] + cut[1] + GOOD[cut[0] :]
    ),
    st.tuples(st.integers(0, len(GOOD)), st.integers(0, 12)).map(
        lambda cut: GOOD[: cut[0]] + GOOD[cut[0] + cut[1] :]
    ),
)


@settings(max_examples=300)
@given(files, st.sampled_from([CLASSES, VALUES, SHARES]))
@example(b"Id,0,1,2\n" + b"400100,1e100,1e100,1e100\n" * 6, SHARES)
@example(b'Id,Label\n400100,"1"\n', CLASSES)
def test_any_bytes_are_finite_predictions_or_sentences(data: bytes, form: Form) -> None:
    data = data.replace(b"Label", form.columns[0].encode()) if form is VALUES else data
    try:
        predictions = read_submission(data, form).predictions
    except SubmissionRefused as refused:
        assert refused.defects
        assert all(d.code in CODES and d.sentence.isprintable() for d in refused.defects)
        assert all(d.line is not None or d.column is None for d in refused.defects)
        return
    assert predictions.shape == form.shape
    assert np.isfinite(predictions.astype(np.float64)).all()
    if form is SHARES:
        assert are_probabilities(predictions)
    if form is CLASSES:
        assert predictions.min() >= 0
        assert predictions.max() < 10


@st.composite
def forms_and_predictions(draw: st.DrawFn) -> tuple[Form, np.ndarray]:
    """A form and predictions that it accepts."""
    kind = draw(st.sampled_from(["classes", "probabilities", "scores", "values"]))
    ids = tuple(
        draw(
            st.lists(st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True), min_size=1, max_size=15, unique=True)
        )
    )
    classes = draw(st.integers(2, 6)) if kind in ("classes", "probabilities") else 0
    columns = tuple(map(str, range(classes))) if kind == "probabilities" else ('An "odd", label',)
    form = Form(id_column="Row id", columns=columns, kind=kind, classes=classes, ids=ids)
    numbers = np.random.default_rng(draw(st.integers(0, 2**32)))
    if kind == "classes":
        return form, numbers.integers(0, classes, len(ids))
    if kind == "probabilities":
        return form, numbers.dirichlet(np.ones(classes), len(ids))
    some = draw(st.lists(st.floats(-1e100, 1e100), min_size=len(ids), max_size=len(ids)))
    return form, np.array(some)


@given(forms_and_predictions())
def test_what_is_written_reads_back_bit_by_bit(case: tuple[Form, np.ndarray]) -> None:
    form, predictions = case
    read = read_submission(submission_bytes(form, predictions), form).predictions
    np.testing.assert_array_equal(read, predictions)


@given(forms_and_predictions(), st.randoms(use_true_random=False), st.sampled_from(["\n", "\r\n"]))
def test_the_order_of_rows_and_columns_does_not_matter(
    case: tuple[Form, np.ndarray], random: object, end: str
) -> None:
    form, predictions = case
    odd = '"An ""odd"", label"'
    lines = [
        line.replace(odd, "@").split(",")
        for line in submission_bytes(form, predictions).decode().splitlines()
    ]
    header, rows = lines[0], lines[1:]
    order = list(range(len(header)))
    random.shuffle(order)
    random.shuffle(rows)
    data = end.join(",".join(line[place] for place in order).replace("@", odd) for line in [header, *rows])
    np.testing.assert_array_equal(read_submission(data.encode(), form).predictions, predictions)


def board(metric: str, *ties: str, **more: object) -> Board:
    return Board(
        id="digits",
        title="Digits",
        entry="file",
        dataset="mnist",
        metric=metric,
        tie_break=ties,
        direction="lower" if metric in ("log_loss", "mae", "rmse", "error_rate") else "higher",
        **more,
    )


@pytest.mark.parametrize(
    ("metrics", "classes", "kind", "columns"),
    [
        (("accuracy", "macro_f1"), 3, "classes", ("Label",)),
        (("accuracy", "log_loss"), 3, "probabilities", ("0", "1", "2")),
        (("top_5",), 7, "probabilities", tuple("0123456")),
        (("auc",), 2, "scores", ("Label",)),
        (("auc", "accuracy"), 2, "classes", ("Label",)),
        (("mae", "r2"), 0, "values", ("Label",)),
    ],
)
def test_metrics_decide_which_columns_there_are(metrics, classes, kind, columns) -> None:
    form = form_of(board(*metrics), IDS, classes)
    assert (form.kind, form.columns) == (kind, columns)


@pytest.mark.parametrize(
    ("made", "classes", "words"),
    [
        (board("accuracy"), 0, "needs a target of two classes"),
        (board("accuracy", "auc"), 3, "auc needs two classes"),
    ],
)
def test_boards_that_no_file_can_serve_are_refused(made: Board, classes: int, words: str) -> None:
    with pytest.raises(BoardError, match=words):
        form_of(made, IDS, classes)


def test_predictions_of_another_shape_are_not_written() -> None:
    with pytest.raises(BoardError, match="shape"):
        submission_bytes(CLASSES, np.zeros((6, 2)))


def test_the_reader_of_files_cannot_reach_a_solution() -> None:
    """Not through anything that it imports: what it says may be shown to everyone."""
    package = Path(deepgrade.board.__file__).parent
    seen, open_names = set(), {"reading.submission_file"}
    while open_names:
        name = open_names.pop()
        seen.add(name)
        file = package / f"{name.replace('.', '/')}.py"
        if not file.is_file():  # a room: what stands in its __init__
            file = package / name.replace(".", "/") / "__init__.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            if module and module.startswith("deepgrade."):
                assert not module.startswith(
                    ("deepgrade.board.prepare", "deepgrade.records", "deepgrade.data")
                )
                if module.startswith("deepgrade.board."):
                    open_names |= {module.removeprefix("deepgrade.board.")} - seen
    assert seen == {
        *("reading.submission_file", "reading.cells", "reading.defects", "reading.form"),
        *("scoring.metrics", "scoring.intervals", "rules.policy", "rules.curves"),
        *("competition", "errors"),
    }
