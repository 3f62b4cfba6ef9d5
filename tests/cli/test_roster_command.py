"""`deepgrade grade LAB bulk.zip --roster r.csv`, through a real sandbox: what is printed, written and kept."""

import csv
import io
import json
import subprocess
import sys
import zipfile

import pytest

from support.small_class import LOAD, make_small_lab, notebook

ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section,Small (77)
    Points Possible,,,,,4
"Doe, Jane",12345,0012,jdoe,S1,
"Lee, Ann",12346,0013,alee,S1,
"Müller, Jörg",12347,0014,jmul,S1,
"Idle, Ida",12348,0015,iidl,S1,
"""
WRONG = LOAD.replace(" / 255", "")


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _export(text):
    stream = io.BytesIO()
    _zip(stream, {"small.ipynb": text, ".OTTER_LOG": "x", "__zip_filename__": "small_x.zip"})
    return stream.getvalue()


@pytest.fixture(scope="module")
def place(tmp_path_factory, digits_store):
    """A folder with a lab, a roster and two downloads; and a function that calls the command there."""
    folder = tmp_path_factory.mktemp("roster")
    make_small_lab(folder / "root")
    (folder / "r.csv").write_text(ROSTER, encoding="utf-8-sig")
    members = {
        "doejane_12345_5001_small-1.ipynb": notebook(),
        "leeann_12346_5002_small_2026_01_31T09_30_00_123456.zip": _export(notebook(load=WRONG)),
        "müllerjörg_LATE_12347_5003_mine.ipynb": notebook(),
        "strangeren_99999_5004_small.ipynb": notebook(),
        "evilmax_66666_5005_small.zip": b"PK\x03\x04",
    }
    _zip(folder / "submissions.zip", members)
    people = "submission_{}:\n  :submitters:\n{}  :created_at: 2026-02-03 04:05:06.5 -08:00\n"
    who = "  - :name: {}\n    :sid: '{}'\n    :email: {}\n"
    group = who.format("Ida Idle", "0015", "i@x.edu") + who.format("Jörg Müller", "0014", "m@x.edu")
    _zip(
        folder / "export.zip",
        {
            "assignment_7_export/submission_metadata.yml": people.format(777, group),
            "assignment_7_export/submission_777/small.ipynb": notebook(load=WRONG),
        },
    )

    def call(*words):
        command = [
            sys.executable,
            "-m",
            "deepgrade.cli.main",
            *map(str, words),
            "--root",
            "root",
            "--course",
            "course",
        ]
        if words[0] == "grade":
            command += ["--store", str(digits_store.root), "--data", "synthetic", "--size", "quick"]
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)

    return folder, call


def _grades(folder):
    with (folder / "course" / "report" / "small" / "grades.csv").open(encoding="utf-8") as stream:
        return {row["student"]: row["automatic_points"] for row in csv.DictReader(stream)}


def _runs(folder):
    return sorted(
        path.name for path in (folder / "course" / "runs" / "small").iterdir() if len(path.name) == 64
    )


def test_a_wrong_roster_is_an_error_before_anything_runs(place):
    folder, call = place
    (folder / "wrong.csv").write_text(ROSTER.replace("alee", "jdoe"))
    done = call("grade", "small", "submissions.zip", "--roster", "wrong.csv")
    assert done.returncode == 2
    assert "line 4: the login 'jdoe' stands in line 3 already" in done.stderr
    assert not (folder / "course" / "roster.csv").exists()


def test_a_download_is_graded_first_without_and_then_with_a_roster(place):
    folder, call = place
    first = call("grade", "small", "submissions.zip")
    assert first.returncode == 0, first.stderr
    assert "submissions.zip was read as Canvas's download." in first.stdout
    before = _grades(folder)
    assert before["doejane_12345"] == before["müllerjörg_12347"] == "3"
    assert (before["leeann_12346"], before["evilmax_66666"]) == ("2", "0")
    runs = _runs(folder)

    second = call("grade", "small", "submissions.zip", "--roster", "r.csv")
    assert second.returncode == 0, second.stderr
    assert _runs(folder) == runs
    after = _grades(folder)
    assert after == {"jdoe": "3", "alee": "2", "jmul": "3", "strangeren_99999": "3", "evilmax_66666": "0"}
    assert "Roster: 3 of 4 students handed in." in second.stdout
    assert "Handed in nothing (1):\n  - iidl (Ida Idle)" in second.stdout
    assert "strangeren_99999: nobody of the roster" in second.stdout
    page = (folder / "course" / "report" / "small" / "index.html").read_text()
    assert "3 of 4 students handed in" in page and "Ida Idle" in page and "nobody of the roster" in page


def test_a_groups_work_is_graded_once_and_counts_for_each(place):
    folder, call = place
    runs = _runs(folder)
    done = call("grade", "small", "export.zip")  # the course keeps the roster
    assert done.returncode == 0, done.stderr
    assert len(_runs(folder)) == len(runs) + 1
    assert "Roster: 4 of 4 students handed in." in done.stdout
    grades = _grades(folder)
    assert (grades["iidl"], grades["jmul"]) == ("2", "2")  # Jörg's later work, with Ida, counts
    record = json.loads((folder / "course" / "people" / "small.json").read_text())
    assert record["absent"] == []
    (group,) = [item for item in record["handed_in"] if item["handed_in_as"] == "submission_777"]
    assert group["students"] == ["iidl", "jmul"]
    assert group["handed_in_at"] == "2026-02-03T12:05:06.500000Z"
    (folder / "root" / "tests" / "hidden" / "test_small.py").write_text(
        (folder / "root" / "tests" / "hidden" / "test_small.py").read_text().replace("<= 1", "<= 300")
    )
    shown = call("regrade", "small")
    assert shown.returncode == 0, shown.stderr
    assert "3 up" in shown.stdout  # Ann, Ida and Jörg
