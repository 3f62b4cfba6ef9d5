"""Filling cells of a CSV file changes those bytes alone."""

import csv
import io

import pytest
from export_grades import sheet_file
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.interchange.outgoing import InterchangeError, read_sheet
from deepgrade.interchange.outgoing.sheet import quoted

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=12)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no header"),
        (b"only one column\r\n1\r\n", "no header"),
        (b'a,b\n"open,1\n', "row 2 has quotes"),
        (b'a,b\n"x"y,1\n', "row 2 has quotes"),
        ("é,b".encode("latin-1"), "not UTF-8"),
        ("a,b".encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, data, says):
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    with pytest.raises(InterchangeError, match=says):
        read_sheet(path)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("delimiter", "end"), [(",", "\r\n"), (";", "\n"), ("\t", "\r")])
def test_only_the_filled_cell_changes(tmp_path, mark, delimiter, end):
    rows = [["Student", "ID", "Lab"], ['"Doe, ""Jr"" ; x"', "1", ""], ["Ünal", '"2"', " 7.50"], ["short"]]
    text = mark + end.join(delimiter.join(row) for row in rows) + end
    sheet = read_sheet(sheet_file(tmp_path, text))
    assert sheet.header == ("Student", "ID", "Lab")
    assert sheet.cell(1, 0) == 'Doe, "Jr" ; x' and sheet.cell(2, 1) == "2" and sheet.cell(3, 2) == ""
    assert sheet.filled({}) == text.encode("utf-8")
    filled = sheet.filled({(1, 2): "9", (2, 2): "8.25"}).decode("utf-8")
    assert filled == text.replace(f"1{delimiter}{end}", f"1{delimiter}9{end}").replace(" 7.50", "8.25")
    with pytest.raises(InterchangeError, match="row 4 has only 1 cells"):
        sheet.filled({(3, 2): "1"})


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=4), min_size=1, max_size=5), st.data())
def test_cells_are_those_that_a_csv_reader_finds(tmp_path_factory, rows, data):
    rows[0] = [f"h{n}" for n in range(len(rows[0]))]
    stream = io.StringIO()
    csv.writer(stream, quoting=data.draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))).writerows(rows)
    sheet = read_sheet(sheet_file(tmp_path_factory.mktemp("s"), stream.getvalue()))
    assert [[cell.text for cell in row] for row in sheet.rows] == rows
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    value = data.draw(TEXTS)
    rows[row][column] = value
    again = csv.reader(io.StringIO(sheet.filled({(row, column): value}).decode("utf-8"), newline=""))
    assert list(again) == rows


def test_a_text_becomes_one_cell():
    assert (
        quoted('a,"b"\nc', ",") == '"a,""b""\nc"'
        and quoted("", ",") == ""
        and quoted("a\rb", ",") == '"a\rb"'
        and quoted("a;b", ",") == "a;b"
    )
