"""Checksums: the data are those that the competition was made with, and what was released is what was made."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from deepgrade.board.competition import Competition
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare import Prepared, prepare_board, read_checksums, verify_prepared, write_checksums
from deepgrade.data import DataStore
from deepgrade.files import sha256_bytes
from deepgrade.lab import Lab, LabFiles
from deepgrade.records import Course
from support.prepared_boards import a_board, a_lab, a_store, prepared

SETTINGS = {"origin": "synthetic", "size": "quick"}
OWN = a_board(id="own", table="price", public_data=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DataStore:
    return a_store(tmp_path_factory.mktemp("board-store"))


@pytest.fixture
def lab(tmp_path: Path) -> tuple[LabFiles, Lab]:
    files, lab = a_lab(tmp_path)
    (files.folder / "competition").mkdir()
    return files, lab


def sums(files: LabFiles) -> Path:
    return files.folder / "competition" / "checksums.toml"


def test_other_data_than_the_competitions_stop_prepare_with_both_sums(
    tmp_path: Path, store: DataStore, lab: tuple[LabFiles, Lab]
) -> None:
    found = store.find("mnist", "synthetic", "quick").facts.fingerprint
    sums(lab[0]).write_text(f'[synthetic-quick]\nmnist = "{"0" * 64}"\n')
    for board in (a_board(), a_board("model", id="models")):
        with pytest.raises(BoardError) as error:
            prepare_board(*lab, board, Course(tmp_path / "course"), store, **SETTINGS)
        assert f"mnist\n    expected {'0' * 64}\n    found    {found}\n" in str(error.value)
    assert not (tmp_path / "course" / "board").exists()
    sums(lab[0]).write_text(f'[real-full]\nmnist = "{"0" * 64}"\n[synthetic-quick]\nimdb = "{"0" * 64}"\n')
    prepare_board(*lab, a_board(), Course(tmp_path / "course"), store, **SETTINGS)


def test_a_board_that_is_prepared_is_compared_again(
    tmp_path: Path, store: DataStore, lab: tuple[LabFiles, Lab]
) -> None:
    course = Course(tmp_path / "course")
    prepare_board(*lab, a_board(), course, store, **SETTINGS)
    sums(lab[0]).write_text(f'[synthetic-quick]\nmnist = "{"0" * 64}"\n')
    with pytest.raises(BoardError, match="not those that this competition was made with"):
        prepare_board(*lab, a_board(), course, store, **SETTINGS)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[real-half]\n", r"\[real-half\]: sections are real-full, real-quick, synthetic-full"),
        ("real-full = 3\n", "real-full: not a section"),
        ('[real-full]\nmnist = "12"\n', "real-full.mnist: '12' is no SHA-256"),
        ("[real-full]\nmnist = 12\n", "real-full.mnist: 12 is no SHA-256"),
        ("[real-full\n", "cannot be read"),
    ],
)
def test_a_wrong_list_is_named(lab: tuple[LabFiles, Lab], content: str, words: str) -> None:
    sums(lab[0]).write_text(content)
    with pytest.raises(BoardError, match=words) as error:
        read_checksums(lab[0])
    assert str(sums(lab[0])) in str(error.value)


def test_sums_are_written_for_all_boards_and_others_stay(
    tmp_path: Path, store: DataStore, lab: tuple[LabFiles, Lab]
) -> None:
    files = lab[0]
    boards = (a_board(), a_board("model", id="models"), a_board(id="reviews", dataset="imdb"), OWN)
    competition = Competition(schema_version=1, boards=boards)
    sums(files).write_text(
        f'[real-full]\nmnist = "{"1" * 64}"\n[synthetic-quick]\n"own.csv" = "{"2" * 64}"\n'
    )
    path = write_checksums(*lab, competition, store, **SETTINGS)
    expected = {name: store.find(name, "synthetic", "quick").facts.fingerprint for name in ("mnist", "imdb")}
    written = read_checksums(files)
    assert written == {"real-full": {"mnist": "1" * 64}, "synthetic-quick": expected | {"own.csv": "2" * 64}}
    assert tomllib.loads(path.read_text()) == written
    table = tmp_path / "own.csv"
    table.write_bytes(b"a,price\r\n1,2\r\n")
    write_checksums(*lab, competition, store, tables={"own": table}, **SETTINGS)
    assert read_checksums(files)["synthetic-quick"]["own.csv"] == sha256_bytes(b"a,price\n1,2\n")
    again = path.read_bytes()
    write_checksums(*lab, competition, store, tables={"own": table}, **SETTINGS)
    assert path.read_bytes() == again
    with pytest.raises(BoardError, match="cannot be read: No such file"):
        write_checksums(*lab, competition, store, tables={"own": tmp_path / "none.csv"}, **SETTINGS)


@pytest.fixture
def made(tmp_path: Path, store: DataStore) -> Prepared:
    return prepared(tmp_path, store, a_board())


def test_every_public_file_is_listed_with_its_sum(made: Prepared) -> None:
    listed = json.loads((made.public / "checksums.json").read_text())
    assert listed["schema_version"] == 1
    assert set(listed["sha256"]) == {"form.json", "sample_submission.csv", "test.npz"}
    for name, value in listed["sha256"].items():
        assert sha256_bytes((made.public / name).read_bytes()) == value
    assert verify_prepared(made) == ()


def test_a_changed_file_is_shown_with_both_sums(made: Prepared) -> None:
    path = made.public / "sample_submission.csv"
    before = sha256_bytes(path.read_bytes())
    path.write_text(path.read_text() + "\n")
    (problem,) = verify_prepared(made)
    assert problem == (
        f"{path} is not as it was made:\n  expected {before}\n  found    {sha256_bytes(path.read_bytes())}"
    )


def test_missing_and_added_files_are_found_also_in_folders(made: Prepared) -> None:
    (made.public / "test.npz").unlink()
    (made.public / "more").mkdir()
    (made.public / "more" / "labels.csv").write_text("Id,Label\n")
    assert verify_prepared(made) == (
        f"{made.public / 'test.npz'} is missing",
        f"{made.public / 'more' / 'labels.csv'} was not made by prepare",
    )


@pytest.mark.parametrize("content", ["", "[]", '{"sha256": []}', "{"])
def test_a_damaged_list_is_found(made: Prepared, content: str) -> None:
    (made.public / "checksums.json").write_text(content)
    assert verify_prepared(made) == (f"{made.public / 'checksums.json'} is missing or damaged",)


def test_an_open_private_folder_and_what_lies_in_it_are_found(made: Prepared) -> None:
    made.private.chmod(0o750)
    (made.private / "solution.csv~").write_text("an editor's copy")
    problems = verify_prepared(made)
    assert problems == (
        f"{made.private} can be read by others; run: chmod -R go= '{made.private}'",
        f"{made.private / 'solution.csv~'} does not belong there",
    )
    made.private.chmod(0o700)
    (made.private / "solution.csv~").unlink()
    (made.private / "solution.csv").chmod(0o604)
    (problem,) = verify_prepared(made)
    assert problem.startswith(f"{made.private / 'solution.csv'} can be read by others")


def test_ids_of_the_solution_have_to_be_those_of_the_form(made: Prepared) -> None:
    path = made.private / "solution.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], *lines[2:], "123,7,Public"]))
    (problem,) = verify_prepared(made)
    assert "line 101: '123' is no id of this board" in problem
    assert f"ids are missing, 1 in all: {lines[1].split(',')[0]}" in problem


def test_a_damaged_form_is_found(made: Prepared) -> None:
    (made.public / "form.json").write_text("{}")
    problems = verify_prepared(made)
    assert "is not as it was made" in problems[0]
    assert "form.json is missing or damaged" in problems[1]
