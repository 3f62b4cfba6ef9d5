"""Canvas's gradebook: samples in the form that Canvas's exporter writes and its importer reads.

Header: Student, ID, SIS User ID, SIS Login ID, Section, then assignments as `Name (number)`, then read-only columns; an optional
row of posting policies; the row `    Points Possible`; students; the test student last.
"""

import csv
import io

import pytest
from export_grades import LAB, entry, report, sheet_file

from deepgrade.interchange.outgoing import (
    Identity,
    InterchangeError,
    canvas_rows,
    class_grades,
    fill_canvas,
    read_sheet,
)
from deepgrade.report import StudentEntry

EXPORTED = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Lab 4 (100),Lab 5: networks (101),Final Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,10.00,5.25,(read only)\r\n"
    '"Lovelace, Ada",11,S1,ada@x.org,"DSCI 353, A",9.50,,90.00\r\n'
    '"O\'Hara, Bo",12,S2,bo,DSCI 353,,1.00,70.00\r\n'
    '"=cmd, Cy",13,S3,cy,DSCI 353,7.00,EX,\r\n'
    '"Đặng, Dương",14,S4,d.dang,DSCI 353,7.00,N/A,\r\n'
    '"Late, Eli",15,S5,eli,DSCI 353,7.00,2.00,\r\n'
    '"Student, Test",99,,abcdef0123,DSCI 353,,,\r\n'
)
CLASS = [
    entry("ada@x.org", {"b1": ("failed", "passed")}, a1=1),
    entry("bo", {"b2": ("passed", "not_assessed")}, a1=0.5),
    entry("cy", a1=1),
    entry("d.dang", a1=1),
    entry("eli"),
    entry("nobody", a1=1),
]


def fill(tmp_path, *entries, text=EXPORTED, **options):
    sheet = read_sheet(sheet_file(tmp_path, text))
    data, summary = fill_canvas(LAB, class_grades(report(*entries)), sheet, **options)
    return data.decode("utf-8"), summary


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (EXPORTED.replace(",ID,", ",Number,"), {}, "no columns `ID` and `Section`"),
        (EXPORTED.replace("Lab 5: networks", "Quiz"), {}, r"no assignments named(.|\n)*Quiz \(101\)"),
        (EXPORTED, {"column": "Final Score"}, "no assignments named 'Final Score'"),
        (EXPORTED, {"column": "Section"}, "no assignments named"),
        (EXPORTED.replace("Lab 4", "Lab 5: networks"), {}, "several assignments"),
        (EXPORTED.replace("    Points Possible", "Maximum"), {}, "no row `Points Possible`"),
        (EXPORTED.replace("5.25", "(read only)"), {}, "computed by Canvas"),
        (EXPORTED.replace("5.25", ""), {}, "no points possible"),
        (EXPORTED.replace("5.25", "100.00"), {}, "worth 100 points in Canvas, and here 5.25(.|\n)*--scale"),
        (EXPORTED, {"part": "automatic"}, "worth 5.25 points in Canvas, and here 4.25"),
    ],
)
def test_a_template_that_does_not_fit_is_refused_and_says_what_to_do(tmp_path, text, options, says):
    with pytest.raises(InterchangeError, match=says):
        fill(tmp_path, *CLASS, text=text, **options)


def test_only_the_cells_of_known_points_change(tmp_path):
    text, summary = fill(tmp_path, *CLASS)
    expected = EXPORTED.replace("9.50,,90.00", "9.50,5,90.00").replace(",1.00,70.00", ",4.75,70.00")
    assert text == expected
    assert summary.written == ["ada@x.org", "bo"]
    assert summary.left_out == {
        "cy": "is EX in exported.csv, which stays",
        "d.dang": "is N/A in exported.csv, which stays",
        "eli": "waits for a person: a1",
        "nobody": "is in no row of exported.csv",
    }
    assert summary.granted == {"bo": pytest.approx(1.333)}
    assert summary.notes == ["In exported.csv but not written:\n  - Late, Eli"]


@pytest.mark.parametrize("column", ["101", "lab 5: networks", "Lab 5: networks (101)"])
def test_the_assignment_is_named_by_number_name_or_heading(tmp_path, column):
    assert fill(tmp_path, *CLASS, column=column)[0] == fill(tmp_path, *CLASS)[0]


def test_points_are_scaled_only_when_asked_for(tmp_path):
    text, summary = fill(tmp_path, entry("bo", a1=1), text=EXPORTED.replace("5.25", "100.00"), scale=True)
    assert ",,100,70.00" in text and "Scaled from 5.25 to 100 points." in summary.notes


def test_a_semicolon_file_with_decimal_commas_keeps_its_form(tmp_path):
    text = (
        EXPORTED.replace('"DSCI 353, A"', "A")
        .replace('"', "")
        .replace(", ", " ")
        .replace(",", ";")
        .replace("5.25", "5,25")
    )
    filled, _ = fill(tmp_path, entry("bo", a1=0.5), text=text)
    assert filled == text.replace(";1.00;70.00", ";4.75;70.00")


def test_students_of_a_canvas_download_are_found_by_number_and_name_together(tmp_path):
    class_ = [entry("lovelaceada_11", a1=1), entry("someoneelse_12", a1=1), entry("đặngdương_14", a1=1)]
    text, summary = fill(tmp_path, *class_, text=EXPORTED.replace("N/A", ""))
    assert summary.written == ["lovelaceada_11", "đặngdương_14"]
    assert summary.left_out == {"someoneelse_12": "is in no row of exported.csv"}
    assert ",1.00,70.00" in text


def test_doubt_is_nobodys_grade(tmp_path):
    text, summary = fill(tmp_path, entry("11", a1=1), entry("ada@x.org", a1=0), entry("S2", a1=1))
    assert text == EXPORTED.replace(",1.00,70.00", ",5.25,70.00")
    assert set(summary.left_out) == {"11", "ada@x.org"} and "fit the same row" in summary.left_out["11"]


def test_with_a_roster_only_the_roster_says_who_is_who(tmp_path):
    identities = {
        "k1": Identity(email="ADA@x.org"),
        "k2": Identity(canvas_id="12"),
        "k3": Identity(name="Cy"),
    }
    class_ = [entry("k1", a1=1), entry("k2", a1=1), entry("k3", a1=1), entry("eli", a1=1)]
    text, summary = fill(tmp_path, *class_, identities=identities)
    assert summary.written == ["k1", "k2"] and set(summary.left_out) == {"k3", "eli"}
    assert "9.50,5.25,90.00" in text and ",5.25,70.00" in text


def test_a_file_from_a_roster_has_canvas_columns_and_nobody_without_an_id():
    identities = {
        "ada": Identity("Lovelace, Ada", None, "S1", "ada1", "11"),
        "bo": Identity('=HYPERLINK("x")', canvas_id="12"),
        "cy": Identity("Cy", email="cy@x.org"),
    }
    class_ = [
        entry("ada", a1=1),
        entry("bo", a1=0),
        entry("cy", a1=1),
        entry("eli"),
        StudentEntry("hal", "hal"),
    ]
    text, summary = canvas_rows(LAB, class_grades(report(*class_)), identities, "Lab 5 (101)", "total")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 5 (101)"],
        ["    Points Possible", "", "", "", "", "5.25"],
        ["Lovelace, Ada", "11", "S1", "ada1", "", "5.25"],
        ['\'=HYPERLINK("x")', "12", "", "", "", "4.25"],
    ]
    assert text.startswith(
        "Student,ID,SIS User ID,SIS Login ID,Section,Lab 5 (101)\r\n    Points Possible,,,,,5.25\r\n"
    )
    assert set(summary.left_out) == {"cy", "eli", "hal"} and not summary.notes


def test_a_name_without_a_number_is_said_to_make_a_new_assignment():
    _, summary = canvas_rows(LAB, class_grades(report(entry("ada", a1=1))), {}, "Lab 5", "automatic")
    assert "new assignment" in summary.notes[0]
