"""Zips: hostile ones are refused, each with its own reason; honest ones give their notebook; no name reaches the disk."""

import io
import json
import os
import struct
import time
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepgrade.submission import REFUSALS, Refusal, Submission, collect
from deepgrade.submission.archive import STUDENT_LIMITS, Archive, ArchiveError
from support.archives import (
    LINK,
    NOTEBOOK,
    PIPE,
    bomb,
    overlapping,
    patched,
    quine_like,
    save_zip,
    special_zip,
    zip_bytes,
)
from support.submission_notebooks import LAB, TEMPLATE, code, full, gather, notebook, prompt, save


def _many_members():
    return zip_bytes({f"{number}.txt": b"" for number in range(2_500)})


def _long_directory():
    return zip_bytes({f"{number:0400}.txt": b"" for number in range(2_600)})


def _other_name_inside():
    data = special_zip("le5.ipynb", NOTEBOOK)
    return data.replace(b"le5.ipynb", b"le6.ipynb", 1)


def _bad_checksum():
    return patched(special_zip("le5.ipynb", NOTEBOOK), 16, "<L", 1)


HOSTILE = {
    "link": lambda: special_zip("le5.ipynb", "/etc/passwd", attributes=LINK),
    "pipe": lambda: special_zip("le5.ipynb", "", attributes=PIPE),
    "absolute": lambda: special_zip("/etc/le5.ipynb", NOTEBOOK),
    "upwards": lambda: special_zip("../../le5.ipynb", NOTEBOOK),
    "upwards, Windows": lambda: special_zip("..\\..\\le5.ipynb", NOTEBOOK),
    "drive": lambda: special_zip("C:/le5.ipynb", NOTEBOOK),
    "no UTF-8": lambda: special_zip("lö5.ipynb", NOTEBOOK).replace("ö".encode(), b"\xff\xfe"),
    "zero byte": lambda: special_zip("le5.ipynbX", NOTEBOOK).replace(b"ipynbX", b"ipynb\0"),
    "twice": lambda: special_zip("le5.ipynb", NOTEBOOK, times=2),
    "password": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 8, "<H", 0x1),
    "strong password": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 8, "<H", 0x41),
    "lzma": lambda: special_zip("le5.ipynb", NOTEBOOK, method=zipfile.ZIP_LZMA),
    "bzip2": lambda: special_zip("le5.ipynb", NOTEBOOK, method=zipfile.ZIP_BZIP2),
    "zeros": lambda: special_zip("le5.ipynb", b" " * (40 << 20)),
    "42": bomb,
    "overlapping": overlapping,
    "quine": quine_like,
    "member after the end": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 42, "<L", 1 << 30),
    "size too large": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 24, "<L", len(NOTEBOOK) + 10),
    "size too small": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 24, "<L", 10),
    "64-bit size without one": lambda: patched(special_zip("le5.ipynb", NOTEBOOK), 24, "<L", 0xFFFFFFFF),
    "checksum": _bad_checksum,
    "two names": _other_name_inside,
    "many members": _many_members,
    "long list": _long_directory,
    "cut off": lambda: zip_bytes({"le5.ipynb": NOTEBOOK})[:-30],
    "text": lambda: b"this is no zip",
    "no notebook": lambda: zip_bytes({"le5.pdf": b"%PDF", "photo.png": b"x"}),
    "nothing": lambda: zip_bytes({}),
    "three deep": lambda: zip_bytes({"a.zip": zip_bytes({"b.zip": zip_bytes({"le5.ipynb": NOTEBOOK})})}),
    "a class": lambda: zip_bytes(
        {"doejane_12345_1234_x.ipynb": NOTEBOOK, "leeann_12346_1235_x.ipynb": NOTEBOOK}
    ),
}

CODES = {
    "link": "link",
    "pipe": "not_regular",
    "absolute": "bad_member_name",
    "upwards": "bad_member_name",
    "upwards, Windows": "bad_member_name",
    "drive": "bad_member_name",
    "no UTF-8": "bad_member_name",
    "zero byte": "bad_member_name",
    "twice": "duplicate_member",
    "password": "encrypted",
    "strong password": "encrypted",
    "lzma": "archive_method",
    "bzip2": "archive_method",
    "zeros": "archive_bomb",
    "42": "archive_bomb",
    "overlapping": "overlapping_members",
    "quine": "overlapping_members",
    "member after the end": "overlapping_members",
    "size too large": "broken_archive",
    "size too small": "broken_archive",
    "64-bit size without one": "archive_bomb",
    "checksum": "broken_archive",
    "two names": "broken_archive",
    "many members": "too_many_members",
    "long list": "too_many_members",
    "cut off": "broken_archive",
    "text": "broken_archive",
    "no notebook": "no_notebook_in_archive",
    "nothing": "no_notebook_in_archive",
    "three deep": "nested_archive",
    "a class": "class_archive",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused_with_its_own_reason(tmp_path, kind):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "eve.zip").write_bytes(HOSTILE[kind]())
    save(folder / "ann.ipynb")
    before = time.monotonic()
    results = gather(folder)
    assert time.monotonic() - before < 5
    result = results["eve"]
    assert isinstance(result, Refusal)
    assert result.code == CODES[kind]
    assert result.code in REFUSALS
    assert result.sentence.endswith(".") and len(result.sentence) > 30
    assert isinstance(results["ann"], Submission)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_every_reason_for_a_zip_is_reached_by_a_test():
    archives = {code for code in REFUSALS if "zip" in REFUSALS[code]}
    assert archives <= set(CODES.values())


def test_a_zip_that_is_a_link_or_a_pipe_is_not_followed(tmp_path):
    save_zip(tmp_path / "secret" / "bob.zip", {"le5.ipynb": NOTEBOOK})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "eve.zip").symlink_to(tmp_path / "secret" / "bob.zip")
    os.mkfifo(tmp_path / "in" / "fay.zip")
    results = gather(tmp_path / "in")
    assert (results["eve"].code, results["fay"].code) == ("link", "not_regular")
    assert gather(tmp_path / "in" / "eve.zip")["eve"].code == "link"


def test_a_notebook_beside_hostile_members_is_graded_and_a_person_is_told(tmp_path):
    stream = io.BytesIO(zip_bytes({"le5.ipynb": NOTEBOOK}))
    with zipfile.ZipFile(stream, "a") as archive:
        info = zipfile.ZipInfo("../../../home/ta/le5.ipynb")
        archive.writestr(info, "{}")
    (tmp_path / "eve.zip").write_bytes(stream.getvalue())
    save(tmp_path / "ann.ipynb")
    result = gather(tmp_path)["eve"]
    assert isinstance(result, Submission)
    assert any("not a name that a file in a zip has" in warning for warning in result.warnings)


def test_a_large_zip_of_zeros_takes_no_memory(tmp_path):
    (tmp_path / "eve.zip").write_bytes(special_zip("le5.ipynb", b"\0" * (300 << 20)))
    save(tmp_path / "ann.ipynb")
    tracemalloc.start()
    assert gather(tmp_path)["eve"].code == "archive_bomb"
    assert tracemalloc.get_traced_memory()[1] < 20 << 20
    tracemalloc.stop()


def test_names_in_a_students_zip_say_nothing_about_whose_it_is(tmp_path):
    save_zip(tmp_path / "eve.zip", {"doejane_12345_99999_le5.ipynb": NOTEBOOK})
    save_zip(tmp_path / "fay.zip", {"submitted/bob/le5/le5.ipynb": NOTEBOOK})
    save_zip(tmp_path / "gus.zip", {"submission_777/le5.ipynb": NOTEBOOK, "submission_metadata.yml": "{}"})
    save_zip(tmp_path / "hal.zip", {"Bob Doe_77_assignsubmission_file_/le5.ipynb": NOTEBOOK})
    assert set(gather(tmp_path)) == {"eve", "fay", "gus", "hal"}
    assert set(gather(*tmp_path.glob("*.zip"))) == {"eve", "fay", "gus", "hal"}


@pytest.mark.parametrize("alone", [False, True])
def test_otters_export_gives_its_notebook(tmp_path, alone):
    stamp = "2026_01_31T09_30_00_123456"
    members = {
        "le5.ipynb": NOTEBOOK,
        "le5.pdf": "%PDF",
        ".OTTER_LOG": "x",
        "__zip_filename__": f"le5_{stamp}.zip",
    }
    path = save_zip(tmp_path / "ann" / f"le5_{stamp}.zip", members)
    result = gather(path if alone else tmp_path)
    assert list(result) == ([f"le5_{stamp}"] if alone else ["ann"])
    taken = next(iter(result.values()))
    assert isinstance(taken, Submission)
    assert taken.warnings == ()
    assert taken.filename.endswith(f"le5_{stamp}.zip/le5.ipynb")


def test_a_real_export_of_otter_is_taken(tmp_path, monkeypatch):
    import otter

    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "le5.ipynb").write_text(NOTEBOOK)
    otter.Notebook("le5.ipynb", tests_dir="tests").export(pdf=False, display_link=False)
    (export,) = tmp_path.glob("le5_*.zip")
    (tmp_path / "in" / "ann").mkdir(parents=True)
    export.rename(tmp_path / "in" / "ann" / export.name)
    results = gather(tmp_path / "in")
    assert list(results) == ["ann"]
    assert isinstance(results["ann"], Submission)


def test_exports_without_names_beside_each_other_lose_nobody(tmp_path):
    for stamp in ("2026_01_31T09_30_00_123456", "2026_01_31T09_31_00_000000"):
        save_zip(tmp_path / f"le5_{stamp}.zip", {"le5.ipynb": NOTEBOOK})
    assert len(gather(tmp_path)) == 2


def test_the_later_export_of_a_student_counts(tmp_path):
    old = save_zip(tmp_path / "ann" / "le5_2026_01_31T09_30_00_123456.zip", {"le5.ipynb": NOTEBOOK})
    new = save_zip(tmp_path / "ann" / "le5_2026_02_01T08_00_00_000000.zip", {"le5.ipynb": NOTEBOOK})
    os.utime(new, (1, 1))
    result = gather(tmp_path)["ann"]
    assert result.filename.startswith(f"ann/{new.name}")
    assert any(old.name in warning for warning in result.warnings)


def test_a_notebook_goes_before_a_zip_of_the_same_student(tmp_path):
    save(tmp_path / "ann" / "le5.ipynb")
    save_zip(tmp_path / "ann" / "data.zip", {"data.csv": "1"})
    result = gather(tmp_path)["ann"]
    assert isinstance(result, Submission)


def test_of_several_notebooks_in_a_zip_the_labs_own_is_taken_and_the_others_are_named(tmp_path):
    wrong = json.dumps(notebook([prompt("a1"), code("x = 'scratch'")]))
    members = {"scratch.ipynb": wrong, "labs/le5.ipynb": NOTEBOOK, "__MACOSX/labs/._le5.ipynb": "x"}
    save_zip(tmp_path / "ann.zip", {**members, "labs/.ipynb_checkpoints/le5-checkpoint.ipynb": wrong})
    save(tmp_path / "bob.ipynb")
    result = gather(tmp_path)["ann"]
    assert result.filename == "ann.zip/labs/le5.ipynb"
    (warning,) = result.warnings
    assert "scratch.ipynb" in warning and "checkpoint" not in warning


def test_a_zip_in_a_students_zip_is_opened(tmp_path):
    save_zip(tmp_path / "ann.zip", {"le5.zip": zip_bytes({"le5.ipynb": NOTEBOOK}), "readme.md": "hello"})
    save(tmp_path / "bob.ipynb")
    assert gather(tmp_path)["ann"].filename == "ann.zip/le5.zip/le5.ipynb"


def test_the_same_notebook_in_another_zip_is_the_same_submission(tmp_path):
    save_zip(tmp_path / "a" / "ann.zip", {"le5.ipynb": NOTEBOOK})
    save_zip(tmp_path / "b" / "ann.zip", {"le5.ipynb": NOTEBOOK, "more.txt": "x"})
    save(tmp_path / "c" / "ann.ipynb", full())
    digests = {gather(tmp_path / place)["ann"].sha256 for place in "abc"}
    assert len(digests) == 1


def test_a_zip_of_one_class_is_not_read_when_several_are_named(tmp_path):
    class_zip = {"doejane_12345_1234_x.ipynb": NOTEBOOK, "leeann_12346_1235_x.ipynb": NOTEBOOK}
    first = save_zip(tmp_path / "first.zip", class_zip)
    second = save_zip(tmp_path / "ann.zip", {"le5.ipynb": NOTEBOOK})
    results = gather(first, second)
    assert results["first"].code == "class_archive"
    assert "Grade it alone" in results["first"].sentence
    assert set(gather(first)) == {"doejane_12345", "leeann_12346"}


@given(st.binary(max_size=600))
def test_no_bytes_raise_anything_else(data):
    try:
        with Archive(io.BytesIO(data), limits=STUDENT_LIMITS) as archive:
            for member in archive.members:
                archive.read(member, max_bytes=1 << 20)
    except ArchiveError as error:
        assert error.code in REFUSALS


_HONEST = zip_bytes({"le5.ipynb": NOTEBOOK, "data/numbers.csv": "1,2\n" * 50})


@given(st.lists(st.tuples(st.integers(0, len(_HONEST) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_zip_with_changed_bytes_is_read_right_or_refused(changes):
    data = bytearray(_HONEST)
    for place, value in changes:
        data[place] = value
    try:
        with Archive(io.BytesIO(bytes(data)), limits=STUDENT_LIMITS) as archive:
            for member in archive.members:
                content = archive.read(member, max_bytes=1 << 20)
                assert len(content) == member.size
    except ArchiveError as error:
        assert error.code in REFUSALS


def test_a_zip_with_64_bit_sizes_is_read(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, archive.open("le5.ipynb", "w", force_zip64=True) as member:
        member.write(NOTEBOOK.encode())
    (tmp_path / "ann.zip").write_bytes(stream.getvalue())
    assert isinstance(gather(tmp_path)["ann"], Submission)


def test_a_lie_in_64_bit_fields_is_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        info = zipfile.ZipInfo("le5.ipynb")
        info.extra = struct.pack("<HHQQ", 1, 16, 1 << 60, 1 << 60)
        archive.writestr(info, NOTEBOOK)
    data = patched(stream.getvalue(), 20, "<LL", 0xFFFFFFFF, 0xFFFFFFFF)
    (tmp_path / "eve.zip").write_bytes(data)
    save(tmp_path / "ann.ipynb")
    assert gather(tmp_path)["eve"].code in ("overlapping_members", "archive_bomb", "broken_archive")


def _peak_bytes(path):
    tracemalloc.start()
    for item in collect([path], lab=LAB, template=TEMPLATE):
        assert isinstance(item, Submission)
        del item
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_one_notebook_of_a_class_is_in_memory_at_a_time(tmp_path):
    big = json.dumps(notebook([*full(), code("x = 1\n" * 100_000)]))
    members = {f"student{number}_{1000 + number}_{5000 + number}_x.ipynb": big for number in range(15)}
    few = save_zip(tmp_path / "few.zip", dict(list(members.items())[:2]))
    many = save_zip(tmp_path / "many.zip", members)
    assert _peak_bytes(many) < 1.2 * _peak_bytes(few)
