"""Moodle's grade import: samples in the form of its plain text grade export, which is also what it imports."""

import csv
import io

import pytest
from export_grades import LAB, entry, report, sheet_file

from deepgrade.interchange.outgoing import (
    Identity,
    InterchangeError,
    class_grades,
    fill_moodle,
    moodle_rows,
    read_sheet,
)
from deepgrade.report import StudentEntry

EXPORTED = (
    '"First name","Last name","ID number",Institution,Department,"Email address","Assignment: Lab 5: networks (Real)",'
    '"Assignment: Lab 5: networks (Feedback)","Last downloaded from this course"\n'
    "Ada,Lovelace,S1,,,ada@x.org,-,,1774368000\n"
    'Bo,"O\'Hara, Jr",1002,,,bo@x.org,2.00,"Well, done",1774368000\n'
    "Jane,Doe,1003,,,jane@x.org,-,,1774368000\n"
    "Jane,Doe,1004,,,jane2@x.org,-,,1774368000\n"
)
ROSTER = {
    "ada": Identity("Ada Lovelace", "ada@x.org", "S1", "ada1"),
    "bo": Identity("Bo", "bo@x.org", "S2"),
    "cy": Identity("Cy"),
    "eli": Identity("Eli", "eli@x.org"),
}
CLASS = [
    entry("ada", {"b1": ("failed", "passed"), "b2": ("not_assessed", "passed")}, a1=1),
    entry("bo", a1=0.5),
    entry("cy", a1=1),
    entry("eli"),
    StudentEntry("hal", "hal"),
]


def made(*entries, **options):
    text, summary = moodle_rows(LAB, class_grades(report(*entries)), ROSTER, item="Lab 5", **options)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=options.get("delimiter", ","))), summary


def fill(tmp_path, *entries, text=EXPORTED, **options):
    sheet = read_sheet(sheet_file(tmp_path, text))
    data, summary = fill_moodle(LAB, class_grades(report(*entries)), sheet, **options)
    return data.decode("utf-8"), summary


def test_two_students_of_one_address_are_refused():
    with pytest.raises(InterchangeError, match=r"ada and bo both have the Email address ADA@x\.org"):
        moodle_rows(
            LAB, class_grades(report(*CLASS)), {**ROSTER, "bo": Identity(email="ADA@x.org")}, item="Lab 5"
        )


def test_nobody_is_written_without_an_id_or_without_points():
    rows, summary = made(*CLASS)
    assert rows == [["Email address", "Lab 5"], ["ada@x.org", "5"], ["bo@x.org", "4.75"]]
    assert summary.left_out == {
        "cy": "has no Email address in the roster",
        "eli": "waits for a person: a1",
        "hal": "Not graded yet, which costs nobody points: not run",
    }
    assert summary.granted == {"ada": pytest.approx(0.667)}


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("idnumber", [["ID number", "Lab 5"], ["S1", "5"], ["S2", "4.75"]]),
        ("username", [["Username", "Lab 5"], ["ada1", "5"]]),
    ],
)
def test_students_are_named_by_the_chosen_id(by, expected):
    assert made(*CLASS, by=by, delimiter=";")[0] == expected


def test_feedback_stands_beside_the_grade_with_failed_checks_and_what_was_granted():
    rows, _ = made(*CLASS, feedback=True)
    assert rows[0] == ["Email address", "Lab 5", "Lab 5 (Feedback)"]
    assert rows[1][2].splitlines() == [
        "b1: Failed: Step 1 of b1 is right. Hint: Divide by 255.",
        "b2: Could not be assessed, so its 0.667 points are granted: Step 1 of b2 is right. (The machine had no GPU.)",
    ]
    assert rows[2][2] == ""


def test_points_are_scaled_to_the_items_maximum_and_grades_above_a_hundred_are_warned_of():
    rows, summary = made(entry("bo", a1=1), maximum=200)
    assert rows[1] == ["bo@x.org", "200"]
    assert "unlimitedgrades" in summary.notes[-1]


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("Name,Grade\nada,1\n", {}, "none of the columns Email address"),
        (EXPORTED.replace("Lab 5: networks", "Quiz"), {}, "no columns named(.|\n)*Quiz"),
        (EXPORTED.replace("Institution", "Lab 5: networks"), {"column": "x"}, "no columns named 'x'"),
    ],
)
def test_a_template_that_does_not_fit_is_refused_and_lists_its_columns(tmp_path, text, options, says):
    with pytest.raises(InterchangeError, match=says):
        fill(tmp_path, *CLASS, text=text, **options)


def test_only_the_grades_of_an_export_change(tmp_path):
    text, summary = fill(tmp_path, *CLASS, identities=ROSTER)
    assert text == EXPORTED.replace("ada@x.org,-", "ada@x.org,5").replace("2.00", "4.75")
    assert summary.written == ["ada", "bo"]
    assert summary.left_out["cy"] == "is in no row of exported.csv"
    assert summary.notes == ["In exported.csv but not written:\n  - Jane Doe\n  - Jane Doe"]


def test_students_of_a_moodle_download_are_found_by_a_name_that_one_row_has(tmp_path):
    class_ = [entry("Ada_Lovelace_555", a1=1), entry("Jane_Doe_556", a1=1), entry("bo@x.org", a1=1)]
    text, summary = fill(tmp_path, *class_)
    assert summary.written == ["Ada_Lovelace_555", "bo@x.org"]
    assert summary.left_out == {"Jane_Doe_556": "fits 2 rows of exported.csv"}
    assert text == EXPORTED.replace("ada@x.org,-", "ada@x.org,5.25").replace("2.00", "5.25")
