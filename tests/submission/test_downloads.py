"""What platforms give to download: the same students and notebooks, whether it is unpacked or not."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.submission import Intake, Refusal, Submission
from deepgrade.submission.clues import Submitter
from deepgrade.submission.gradescope import MetadataError, read_metadata
from deepgrade.submission.handed_in_time import parse_time
from support.archives import DOWNLOADS, METADATA, NOTEBOOK, save_zip, unpack, zip_bytes
from support.submission_notebooks import LAB, TEMPLATE, gather, save

STUDENTS = {
    "canvas": {"doejane_12345", "leeann_12346", "bergbo_12347"},
    "moodle": {"Jane_Doe_501", "Ann_Lee_502", "Bo_Berg_503"},
    "moodle, flat": {"Jane_Doe_501", "Ann_Lee_502", "Bo_Berg_503"},
    "gradescope": {"submission_777", "submission_778"},
    "nbgrader": {"jane", "ann", "bo"},
}


@pytest.mark.parametrize("platform", DOWNLOADS)
def test_a_download_is_the_same_packed_and_unpacked(tmp_path, platform):
    folder = unpack(tmp_path / "unpacked", DOWNLOADS[platform])
    path = save_zip(tmp_path / "Course 101 (final).zip", DOWNLOADS[platform])
    unpacked, packed = gather(folder), gather(path)
    assert set(unpacked) == set(packed) == STUDENTS[platform]
    for name, taken in packed.items():
        assert isinstance(taken, Submission)
        assert (taken.filename, taken.sha256) == (unpacked[name].filename, unpacked[name].sha256)
        assert taken.handed_in_at == unpacked[name].handed_in_at


@pytest.mark.parametrize("platform", DOWNLOADS)
def test_a_download_says_what_it_was_read_as(tmp_path, platform):
    path = save_zip(tmp_path / "x.zip", DOWNLOADS[platform])
    with Intake([path], lab=LAB) as intake:
        (notice,) = intake.notices
    assert notice.startswith("x.zip was read as ")
    assert platform.split(",")[0] in notice.lower()


def test_students_zips_in_a_download_are_opened(tmp_path):
    export = zip_bytes({"le5.ipynb": NOTEBOOK, "__zip_filename__": "x"})
    canvas = {
        "doejane_12345_167_le5_2026_01_31T09_30_00_123456.zip": export,
        "leeann_12346_168_x.zip": export,
    }
    moodle = {
        "Jane Doe_5_assignsubmission_file_/le5.zip": export,
        "Ann Lee_6_assignsubmission_file_/a.zip": export,
    }
    for members in (canvas, moodle):
        results = gather(save_zip(tmp_path / "x.zip", members))
        assert len(results) == 2
        assert all(isinstance(result, Submission) for result in results.values())
    deep = zip_bytes({"inner.zip": export})
    results = gather(save_zip(tmp_path / "y.zip", {**canvas, "bergbo_12347_169_x.zip": deep}))
    assert results["bergbo_12347"].code == "nested_archive"


def test_a_bad_member_of_a_download_costs_nobody_else_anything(tmp_path):
    members = {**DOWNLOADS["canvas"], "evilmax_12399_67893_x.zip": b"no zip", "odd_12400_1234_le5.ipynb": "{"}
    results = gather(save_zip(tmp_path / "x.zip", members))
    assert (results["evilmax_12399"].code, results["odd_12400"].code) == ("broken_archive", "broken_json")
    assert sum(isinstance(result, Submission) for result in results.values()) == 3


def test_anonymous_and_text_entries_of_canvas_have_names(tmp_path):
    members = {
        "anon_aB3x9_67890_le5.ipynb": NOTEBOOK,
        "LATE_anon_Zz1y2_67891_le5.ipynb": NOTEBOOK,
        "doejane_12345_text.html": "<p>",
    }
    results = gather(save_zip(tmp_path / "x.zip", members))
    assert set(results) == {"anon_aB3x9", "anon_Zz1y2", "doejane_12345"}
    assert any("late" in warning for warning in results["anon_Zz1y2"].warnings)
    assert results["doejane_12345"].code == "not_a_notebook"


def test_what_a_student_calls_a_file_in_the_platforms_folder_changes_nothing(tmp_path):
    evil = "doejane_12345_999999_le5.ipynb"
    names = {
        f"Eve E_9_assignsubmission_file_/{evil}": "Eve_E_9",
        f"Eve E_9_assignsubmission_file_/Bob B_1_assignsubmission_file_/{evil}": "Eve_E_9",
        f"submission_9/submission_1/{evil}": "submission_9",
        f"eve/le5/{evil}": "eve",
        f"eve/le5/Bob B_1_assignsubmission_file_/{evil}": "eve",
        "Eve E_9_assignsubmission_file_bob_1_assignsubmission_file_le5.ipynb": "Eve_E_9",
    }
    for number, (name, student) in enumerate(names.items()):
        folder = tmp_path / str(number)
        save(folder / name)
        assert set(gather(folder)) == {student}, name


def test_a_file_with_the_name_of_anothers_folder_does_not_replace_their_work(tmp_path):
    save(tmp_path / "bob" / "le5.ipynb")
    save(tmp_path / "eve" / "bob.ipynb")
    results = gather(tmp_path)
    assert set(results) == {"bob", "eve_bob"}
    assert results["bob"].filename == "bob/le5.ipynb"


def test_times_of_hand_in_come_from_nbgrader_and_gradescope(tmp_path):
    nbgrader = gather(unpack(tmp_path / "n", DOWNLOADS["nbgrader"]))
    assert nbgrader["jane"].handed_in_at == datetime(2026, 2, 3, 12, 5, 6, 500_000, UTC)
    assert nbgrader["ann"].handed_in_at == datetime(2026, 2, 3, 11, 5, 6, tzinfo=UTC)
    assert nbgrader["bo"].handed_in_at is None
    gradescope = gather(unpack(tmp_path / "g", DOWNLOADS["gradescope"]))
    assert gradescope["submission_777"].handed_in_at == datetime(2026, 2, 3, 12, 5, 6, 123_456, UTC)
    assert gradescope["submission_778"].handed_in_at == datetime(2026, 2, 4, tzinfo=UTC)


def test_a_timestamp_that_is_no_time_costs_nothing_and_is_said(tmp_path):
    save(tmp_path / "ann" / "le5" / "le5.ipynb")
    (tmp_path / "ann" / "le5" / "timestamp.txt").write_bytes(b"\xff" * 100_000)
    result = gather(tmp_path)["ann"]
    assert isinstance(result, Submission) and result.handed_in_at is None
    assert any("timestamp.txt" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01 00:00:00 UTC", "2026-01-01 00:00:00 ../../etc/passwd", "2026-01-01 00:00:00 XYZ",
     "0001-01-01 00:00:00 +14:00", "2026-01-01 00:00:00 +99:99", "2026-01-01 00:00:00 \x00"],
)  # fmt: skip
def test_no_time_is_none(text):
    assert parse_time(text) is None


@given(st.text(max_size=60))
def test_no_text_makes_the_time_raise(text):
    parse_time(text)
    parse_time(f"2026-01-01 10:00:00 {text}")


def test_nbgraders_own_time_is_read_as_nbgrader_reads_it():
    from nbgrader.utils import parse_utc

    for text in (
        "2026-02-03 12:05:06.500000 UTC",
        "2026-02-03 12:05:06 America/New_York",
        "2026-02-03 12:05:06",
    ):
        assert parse_time(text).replace(tzinfo=None) == parse_utc(text)


def _submitters(tmp_path, members, **changes):
    path = save_zip(tmp_path / "x.zip", {**members, **changes})
    with Intake([path], lab=LAB) as intake:
        return {item.name: item.clues.submitters for item in intake.handed_in}, intake.notices


def test_gradescopes_people_are_read_groups_too(tmp_path):
    people, _ = _submitters(tmp_path, DOWNLOADS["gradescope"])
    assert people["submission_777"] == (Submitter("Jane Doe", "jane@case.edu", "0012"),)
    assert [person.name for person in people["submission_778"]] == ["Ann Lee", "Bo Berg"]


def test_metadata_in_a_students_folder_is_no_metadata(tmp_path):
    evil = METADATA.replace("Jane Doe", "Eve E")
    members = DOWNLOADS["gradescope"] | {"assignment_99_export/submission_778/submission_metadata.yml": evil}
    people, _ = _submitters(tmp_path, members)
    assert people["submission_777"][0].name == "Jane Doe"
    folder = unpack(
        tmp_path / "tree", {"eve/submission_metadata.yml": evil, "eve/submission_777/le5.ipynb": NOTEBOOK}
    )
    for _ in range(2):  # Eve alone, then beside Bob
        with Intake([folder], lab=LAB) as intake:
            assert all(item.clues.submitters == () for item in intake.handed_in)
        save(folder / "bob" / "le5.ipynb")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in itertools.pairwise("abcdefghijkl")
)


@pytest.mark.parametrize(
    "text",
    [
        "submission_777: [",
        "[" * 10_000,
        "submission_777:\n  :submitters: " + "[" * 10_000,
        "- " * 10_000,
        "a: " + "{a: " * 10_000,
        "submission_777:\n  :submitters:\n  - :name: \x00",
        "submission_777: {}\nsubmission_777: {}\n",
        "%YAML 9.9\n--- a",
    ],
)
def test_broken_metadata_is_said_and_submissions_keep_their_numbers(tmp_path, text):
    changes = {"assignment_99_export/submission_metadata.yml": text}
    people, notices = _submitters(tmp_path, DOWNLOADS["gradescope"], **changes)
    assert people == {"submission_777": (), "submission_778": ()}
    assert any("could not be used" in notice and notice.endswith(".") for notice in notices)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch hacked']",
        "submission_777: !!python/object/apply:os.system ['touch hacked']",
        "submission_777:\n  :submitters: !!python/object/apply:os.system ['touch hacked']",
        BOMB + "submission_777:\n  :submitters: *l",
        "submission_777:\n  <<: &m {a: [b]}\n  :submitters:\n  - <<: *m",
        "&a submission_777:\n  :submitters: &b\n  - *b",
        "submission_777: text",
        "- submission_777",
        "",
    ],
)
def test_hostile_metadata_makes_nothing_and_names_nobody(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    found = read_metadata(text.encode())
    assert all(facts.submitters == () for facts in found.values())
    assert not (tmp_path / "hacked").exists()


def test_ids_stay_text_and_repeated_texts_are_resolved():
    person = "  - :name: {}\n    :sid: {}\n    :email: {}\n"
    text = (
        "submission_1:\n  :submitters:\n"
        + person.format("&n 'Jo'", "007", "~")
        + person.format("*n", "0x10", "")
    )
    people = read_metadata(text.encode())["submission_1"].submitters
    assert people == (Submitter("Jo", None, "007"), Submitter("Jo", None, "0x10"))


@given(st.binary(max_size=300))
def test_no_bytes_make_metadata_raise_anything_else(data):
    try:
        read_metadata(data)
    except MetadataError as error:
        assert str(error)


def test_a_name_from_metadata_cannot_steer_a_terminal():
    people = read_metadata(b'submission_1:\n  :submitters:\n  - :name: "a\\e[31mb"\n')[
        "submission_1"
    ].submitters
    assert people[0].name == "a\ufffd[31mb"


def test_a_damaged_download_is_refused_under_its_own_name(tmp_path):
    path = save_zip(tmp_path / "submissions.zip", DOWNLOADS["canvas"])
    path.write_bytes(path.read_bytes()[:-50])
    result = gather(path)["submissions"]
    assert isinstance(result, Refusal)
    assert result.code == "broken_archive"


def test_a_flat_zip_of_a_class_is_read_and_one_of_a_student_is_not_taken_for_one(tmp_path):
    flat = save_zip(
        tmp_path / "all.zip", {"ann.ipynb": NOTEBOOK, "le5_bob.ipynb": NOTEBOOK, "cy/le5.ipynb": NOTEBOOK}
    )
    assert set(gather(flat)) == {"ann", "bob", "cy"}
    own = save_zip(tmp_path / "ann.zip", {"le5.ipynb": NOTEBOOK, "scratch.ipynb": NOTEBOOK})
    assert set(gather(own)) == {"ann"}
    with Intake([flat], lab=LAB) as intake:
        assert [
            isinstance(intake.read(item, template=TEMPLATE), Submission) for item in intake.handed_in
        ] == [True] * 3
