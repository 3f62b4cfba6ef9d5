"""A board's data: what is released, what is not, and that a second look finds the same."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from deepgrade.board.competition import Board
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare import Prepared, open_prepared, prepare_board, verify_prepared
from deepgrade.board.prepare.released import input_hashes, release_rows, row_ids
from deepgrade.board.reading.form import submission_bytes
from deepgrade.board.reading.submission_file import read_submission
from deepgrade.board.scoring.metrics import measure
from deepgrade.data import DataNotFoundError, DataStore, Ragged, read_data_folder
from deepgrade.data.loading import as_loaded, row_order
from deepgrade.data.stream import Stream
from deepgrade.engine.data import course_data
from deepgrade.records import Course
from support.prepared_boards import a_board, a_lab, a_store, prepared, small_images, small_reviews, stored

SETTINGS = {"origin": "synthetic", "size": "quick"}
TABLE = b"PassengerId,age,fare,Survived\n" + b"".join(
    b"%d,%d,%d,%s\n" % (row, 20 + row % 37, 5 + row * 7 % 211, b"01"[row % 3 == 0 : (row % 3 == 0) + 1])
    for row in range(1, 301)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> DataStore:
    return a_store(tmp_path_factory.mktemp("board-store"))


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_a_board_that_was_not_prepared_says_how_to_prepare_it(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="deepgrade board prepare le5 --board digits"):
        open_prepared(Course(tmp_path), "le5", "digits")


def test_a_damaged_manifest_is_named_with_what_to_remove(tmp_path: Path, store: DataStore) -> None:
    made = prepared(tmp_path, store, a_board())
    (made.folder / "manifest.json").write_text("{}")
    with pytest.raises(BoardError, match=f"Remove {made.folder} if no entry rests on it"):
        open_prepared(Course(tmp_path / "course"), "digits", "board")


@pytest.mark.parametrize(
    ("board", "data", "words"),
    [
        (a_board(quick_rows=501), "mnist", "501 rows cannot be released: 4[0-9][0-9] of 600"),
        (
            a_board(dataset="hitters", metric="mae", target="Wage"),
            "hitters",
            "no column 'Wage'; it has AtBat",
        ),
        (
            a_board(dataset="hitters", metric="mae"),
            "hitters",
            "name the column of hitters to predict as target",
        ),
        (a_board(target="label"), "mnist", "leave target out"),
        (
            a_board(dataset="hitters", metric="mae", target="Salary", quick_rows=250),
            "hitters",
            "a third stays",
        ),
        (a_board(dataset="hitters", target="League"), "hitters", "holds '[AN]', which is no number"),
        (a_board(dataset="hitters", target="Years"), "hitters", "has to hold class numbers 0, 1, 2"),
        (a_board(metric="auc"), "mnist", "two classes"),
        (a_board(table="Survived"), "mnist", "Name the CSV file with --table"),
    ],
)
def test_what_cannot_be_prepared_is_said_and_leaves_nothing(
    tmp_path: Path, store: DataStore, board: Board, data: str, words: str
) -> None:
    with pytest.raises(BoardError, match=words):
        prepared(tmp_path, store, board, data=data)
    assert not (tmp_path / "course" / "board" / "digits" / "board").exists()
    assert not list((tmp_path / "course").glob("board/**/*.csv"))


def test_data_that_are_not_stored_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(DataNotFoundError, match="deepgrade data synthetic mnist"):
        prepared(tmp_path, DataStore(tmp_path / "empty"), a_board())


def test_a_table_without_need_is_refused(tmp_path: Path, store: DataStore) -> None:
    with pytest.raises(BoardError, match="leave --table out"):
        prepared(tmp_path, store, a_board(), table=tmp_path / "own.csv")


def test_a_second_call_finds_what_the_first_one_made(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path)
    course, board = Course(tmp_path / "course"), a_board()
    first = prepare_board(files, lab, board, course, store, **SETTINGS)
    times = {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")}
    changed = a_board(title="Another title", metric="macro_f1", tie_break=("accuracy",))
    second = prepare_board(files, lab, changed, course, store, **SETTINGS)
    assert second == first == open_prepared(course, "digits", "board")
    assert {path: path.stat().st_mtime_ns for path in first.folder.rglob("*")} == times


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quick_rows": 120}, "scored_rows: 100, now 120"),
        ({"ignored_rows": 5}, "ignored_rows: 0, now 5"),
        ({"private_share": 0.3}, "private_share: 0.5, now 0.3"),
        ({"metric": "log_loss"}, "kind: 'classes', now 'probabilities'"),
        ({"dataset": "imdb"}, "source: "),
    ],
)
def test_other_data_do_not_replace_those_of_a_board(
    tmp_path: Path, store: DataStore, change: dict[str, object], words: str
) -> None:
    files, lab = a_lab(tmp_path)
    course = Course(tmp_path / "course")
    made = prepare_board(files, lab, a_board(), course, store, **SETTINGS)
    with pytest.raises(BoardError, match=words) as error:
        prepare_board(files, lab, a_board(**change), course, store, **SETTINGS)
    assert f"{made.folder} was prepared from other data" in str(error.value)
    assert "if no entry rests on it" in str(error.value)
    assert open_prepared(course, "digits", "board") == made


def test_another_secret_is_other_data(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path)
    course = Course(tmp_path / "course")
    prepare_board(files, lab, a_board(), course, store, **SETTINGS)
    (course.root / "secret.key").write_text("ab" * 32)
    with pytest.raises(BoardError, match="secret is another"):
        prepare_board(files, lab, a_board(), course, store, **SETTINGS)


def test_two_processes_at_once_make_one_board(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path)
    course = Course(tmp_path / "course")
    assert course.secret
    with ThreadPoolExecutor(3) as pool:
        calls = [
            pool.submit(prepare_board, files, lab, a_board(), course, store, **SETTINGS) for _ in range(3)
        ]
        assert len({call.result().manifest.key for call in calls}) == 1
    assert [path.name for path in (course.root / "board" / "digits").iterdir()] == ["board"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    course = Course(tmp_path)
    left = tmp_path / "board" / "digits" / ".board.abcd1234"
    left.mkdir(parents=True)
    with course.working():
        assert not left.exists()


def test_a_model_board_scores_the_hidden_rows_in_their_order(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path)
    course = Course(tmp_path / "course")
    made = prepare_board(files, lab, a_board("model", private_share=0.3), course, store, **SETTINGS)
    labels = np.load(course_data(course, lab, store, **SETTINGS).labels["mnist"])
    solution = made.solution()
    np.testing.assert_array_equal(solution.targets, labels)
    assert solution.ids[:2] == ("r0001", "r0002")
    assert solution.ids[-1] == "r0100"
    assert made.manifest.rows == {"Public": 70, "Private": 30, "Ignored": 0}
    for split, each in (("public", 7), ("private", 3)):
        assert np.bincount(labels[solution.rows(split)]).tolist() == [each] * 10
    assert [path.name for path in made.public.iterdir()] == ["checksums.json"]
    with pytest.raises(BoardError, match="takes models"):
        made.form()
    other = prepare_board(files, lab, a_board("model", id="other"), course, store, **SETTINGS)
    assert (other.solution().usage != solution.usage).any()


def test_a_board_on_a_notebooks_own_rows_has_no_solution(tmp_path: Path, store: DataStore) -> None:
    board = a_board("model", "mae", hidden="own")
    made = prepared(tmp_path, store, board, data="hitters", own=True)
    assert sum(made.manifest.rows.values()) == 0
    assert not made.has_solution
    assert not made.private.exists()
    assert set(made.manifest.source) == {"hitters"}
    with pytest.raises(BoardError, match="its notebook's own rows"):
        made.solution()
    assert verify_prepared(made) == ()


@pytest.mark.parametrize(
    ("name", "board", "classes"),
    [
        ("mnist", a_board(ignored_rows=20), 10),
        ("imdb", a_board(metric="auc", dataset="imdb", tie_break=("accuracy",), ignored_rows=20), 2),
        (
            "cifar100",
            a_board(metric="log_loss", dataset="cifar100", quick_rows=200, tie_break=("top_5",)),
            100,
        ),
        ("hitters", a_board(metric="mae", dataset="hitters", target="Salary", ignored_rows=9), 0),
        ("nyse", a_board(metric="r2", dataset="nyse", target="log_volume"), 0),
    ],
)
def test_every_file_board_holds_what_it_promises(
    tmp_path: Path, store: DataStore, name: str, board: Board, classes: int
) -> None:
    made = prepared(tmp_path, store, board, data=name)
    form, solution = made.form(), made.solution()
    inputs = {"train.csv", "test.csv"} if name in ("hitters", "nyse") else {"test.npz"}
    assert {path.name for path in made.public.iterdir()} == inputs | {
        "form.json",
        "checksums.json",
        "sample_submission.csv",
    }
    assert made.manifest.rows["Public"] == made.manifest.rows["Private"] == board.quick_rows // 2
    assert (solution.usage == "Ignored").sum() == board.ignored_rows
    assert made.manifest.classes == classes
    assert list(form.ids) == sorted(form.ids)
    assert all(len(each) == 6 and each.isdigit() and each[0] != "0" for each in form.ids)
    assert solution.sha256 == made.manifest.solution_sha256
    assert verify_prepared(made) == ()
    sample = read_submission((made.public / "sample_submission.csv").read_bytes(), form).predictions
    assert len(np.unique(sample, axis=0)) == 1, "the sample is one answer for all"
    if classes:
        answers = np.eye(classes)[solution.targets] if form.kind == "probabilities" else solution.targets
    else:
        answers = solution.targets
    answers = read_submission(submission_bytes(form, answers), form).predictions
    for metric in board.metrics:
        for split in ("public", "private"):
            rows = solution.rows(split)
            targets = solution.targets[rows]
            found = measure(
                metric,
                targets,
                sample[rows]
                if sample.ndim == 1 or metric.needs == "probabilities"
                else sample[rows].argmax(1),
            )
            assert made.manifest.sample[metric.name][split] == found.value
            assert measure(metric, targets, answers[rows]).value == pytest.approx(metric.best, abs=1e-9)


def test_private_files_are_closed_and_public_ones_hold_no_label(tmp_path: Path, store: DataStore) -> None:
    made = prepared(tmp_path, store, a_board())
    assert stat.S_IMODE(made.private.stat().st_mode) == 0o700
    assert stat.S_IMODE((made.private / "solution.csv").stat().st_mode) == 0o600
    assert stat.S_IMODE((made.folder / "manifest.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(made.public.stat().st_mode) == 0o755
    assert set(json.loads((made.public / "form.json").read_text())) == {
        *("schema_version", "id_column", "columns", "kind", "classes", "ids")
    }
    with np.load(made.public / "test.npz", allow_pickle=False) as arrays:
        assert set(arrays.files) == {"ids", "x"}
        assert arrays["x"].shape == (100, 28, 28)
        assert arrays["x"].dtype == np.uint8


@pytest.mark.parametrize(("name", "classes"), [("mnist", 10), ("imdb", 2), ("cifar100", 100)])
def test_released_rows_are_neither_hidden_nor_printed_nor_trained_on(
    tmp_path: Path, store: DataStore, name: str, classes: int
) -> None:
    files, lab = a_lab(tmp_path, data=name, rows=200)
    a_lab(tmp_path, "other", data=name, rows=100)  # whose hidden rows are others
    course = Course(tmp_path / "course")
    source = store.find(name, "synthetic", "quick")
    board = a_board(dataset=name, quick_rows=150)
    released = release_rows(files, lab, board, course, source, "board digits/board")
    original = source.path
    before = read_data_folder(original)
    for wanted in (lab, a_lab(tmp_path / "again", "other", data=name, rows=100)[1]):
        own = Course(tmp_path / f"course-{wanted.name}")
        own.prepare()
        shutil.copy(course.root / "secret.key", own.root / "secret.key")
        hidden = read_data_folder(course_data(own, wanted, store, **SETTINGS).public / name)
        replaced = [
            row
            for row in range(len(before.labels("test")))
            if not np.array_equal(before.inputs("test")[row], hidden.inputs("test")[row])
        ]
        assert len(replaced) > 0.9 * wanted.hidden[name].quick_rows
        assert not set(replaced) & set(released.source_rows.tolist())
    assert not set(row_order(original, "test")[:100].tolist()) & set(released.source_rows.tolist())
    np.testing.assert_array_equal(released.targets, before.labels("test").reshape(-1)[released.source_rows])
    assert released.classes == classes
    assert len(set(released.source_rows.tolist())) == 150


def test_rows_that_a_hidden_set_of_this_course_took_stay_closed_when_its_lab_is_gone(
    tmp_path: Path, store: DataStore
) -> None:
    files, lab = a_lab(tmp_path, rows=120)
    course = Course(tmp_path / "course")
    course_data(course, lab, store, **SETTINGS)
    gone, without = a_lab(tmp_path / "elsewhere", rows=0)
    source = store.find("mnist", "synthetic", "quick")
    board = a_board(quick_rows=150)
    with_it = release_rows(files, lab, board, course, source, "board digits/board")
    without_it = release_rows(gone, without, board, course, source, "board digits/board")
    np.testing.assert_array_equal(with_it.source_rows, without_it.source_rows)


def test_test_rows_that_stand_in_the_training_set_are_not_released(tmp_path: Path) -> None:
    data = small_images(300, 400)
    data.arrays["x_test"] = data.arrays["x_test"].copy()
    data.arrays["x_test"][100:250] = data.arrays["x_train"][:150]
    data.arrays["y_test"][100:250] = data.arrays["y_train"][:150]
    store = DataStore(tmp_path / "store")
    stored(store, "mnist", data, 10)
    files, lab = a_lab(tmp_path, rows=0)
    source = store.find("mnist", "synthetic", "quick")
    released = release_rows(files, lab, a_board(), Course(tmp_path / "course"), source, "board digits/board")
    assert released.source_rows.min() >= 250


def test_images_are_near_their_source_and_reviews_are_as_loaded(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path, rows=100)
    course = Course(tmp_path / "course")
    released = release_rows(
        files, lab, a_board(), course, store.find("mnist", "synthetic", "quick"), "board a/b"
    )
    x = np.load(io.BytesIO(released.public["test.npz"]))["x"].astype(float)
    source = small_images().inputs("test")[released.source_rows].astype(float)
    assert (x != source).any(axis=(1, 2)).all()
    assert np.abs(x - source)[:, 4:-4, 4:-4].mean() < 40
    released = release_rows(
        files, lab, a_board(dataset="imdb"), course, store.find("imdb", "synthetic", "quick"), "board a/b"
    )
    arrays = np.load(io.BytesIO(released.public["test.npz"]))
    reviews = Ragged(arrays["x_tokens"], arrays["x_offsets"])
    originals = as_loaded(small_reviews().inputs("test").take(released.source_rows))
    assert 0.9 < reviews.lengths.sum() / originals.lengths.sum() < 0.99
    for review, original in zip(reviews, originals, strict=True):
        assert review[0] == 1
        assert set(review.tolist()) <= set(original.tolist())


def test_the_same_secret_releases_the_same_and_another_one_something_else(
    tmp_path: Path, store: DataStore
) -> None:
    made = [prepared(tmp_path / name, store, a_board()) for name in ("a", "b")]
    assert made[0].form().ids != made[1].form().ids
    files, lab = a_lab(tmp_path / "c")
    course = Course(tmp_path / "c" / "course")
    course.prepare()
    shutil.copy(tmp_path / "a" / "course" / "secret.key", course.root)
    again = prepare_board(files, lab, a_board(), course, store, **SETTINGS)
    assert again.manifest == made[0].manifest
    for path in made[0].folder.rglob("*.*"):
        assert (again.folder / path.relative_to(made[0].folder)).read_bytes() == path.read_bytes()


def test_nothing_that_is_written_says_where_a_row_comes_from(tmp_path: Path, store: DataStore) -> None:
    made = prepared(tmp_path, store, a_board())
    secret = Course(tmp_path / "course").secret.hex()
    for path in made.folder.rglob("*.*"):
        assert secret not in path.read_bytes().decode("latin-1")


def test_a_table_is_divided_without_loss(tmp_path: Path, store: DataStore) -> None:
    board = a_board(metric="mae", dataset="hitters", target="Salary", quick_rows=88, label_column="Salary")
    made = prepared(tmp_path, store, board, data="hitters")
    source = rows_of(store.find("hitters", "synthetic", "quick").path / "files" / "Hitters.csv")
    known = [row for row in source if row["Salary"] not in ("", "NA")]
    train, test = rows_of(made.public / "train.csv"), rows_of(made.public / "test.csv")
    assert "Salary" not in test[0]
    assert len(test) == 88
    assert len(train) + len(test) == len(known) < len(source)
    solution = {row["Id"]: row for row in rows_of(made.private / "solution.csv")}
    back = [
        {name: cell for name, cell in row.items() if name != "Id"} | {"Salary": float(salary)}
        for row, salary in [(row, row["Salary"]) for row in train]
        + [(row, solution[row["Id"]]["Salary"]) for row in test]
    ]
    expected = [row | {"Salary": float(row["Salary"])} for row in known]

    def order(row: dict) -> str:
        return json.dumps(row, sort_keys=True)

    assert sorted(back, key=order) == sorted(expected, key=order)
    mean = np.mean([float(row["Salary"]) for row in train])
    assert float(rows_of(made.public / "sample_submission.csv")[0]["Salary"]) == pytest.approx(mean)
    ids = [row["Id"] for row in train + test]
    assert len(set(ids)) == len(ids)


def test_an_own_table_of_classes_may_earn_points(tmp_path: Path, store: DataStore) -> None:
    table = tmp_path / "titanic.csv"
    table.write_bytes(b"\xef\xbb\xbf" + TABLE.replace(b"\n", b"\r\n"))
    board = a_board(
        table="Survived",
        public_data=False,
        id_column="PassengerId",
        label_column="Survived",
        points={"possible": 1, "curve": {"kind": "linear", "none_at": 0.5, "full_at": 0.9, "points": 1}},
    )
    made = prepared(tmp_path, store, board, table=table)
    test = rows_of(made.public / "test.csv")
    assert list(test[0]) == ["PassengerId", "age", "fare"]
    assert list(rows_of(made.public / "train.csv")[0]) == ["PassengerId", "age", "fare", "Survived"]
    assert min(int(row["PassengerId"]) for row in test) >= 100_000, "the table's own ids are its row numbers"
    for split in ("public", "private"):
        assert np.bincount(made.solution().targets[made.solution().rows(split)]).tolist() in (
            [33, 17],
            [34, 16],
        )
    again = prepare_board(
        *a_lab(tmp_path / "again"),
        board,
        Course(tmp_path / "course"),
        store,
        origin="synthetic",
        size="quick",
    )
    assert again.manifest == made.manifest, "the table is not needed again"
    table.write_bytes(TABLE + b"301,30,31,1\n")
    with pytest.raises(BoardError, match=r"source: \{'board.csv'"):
        prepare_board(
            *a_lab(tmp_path / "more"), board, Course(tmp_path / "course"), store, table=table, **SETTINGS
        )


def test_rows_that_are_alike_are_trained_on(tmp_path: Path, store: DataStore) -> None:
    table = tmp_path / "own.csv"
    alike = b"".join(b"%d,1,2,%d\n" % (row, row % 2) for row in range(400, 500))
    table.write_bytes(TABLE + alike)
    board = a_board(table="Survived", public_data=False, id_column="PassengerId")
    made = prepared(tmp_path, store, board, table=table)
    assert not [row for row in rows_of(made.public / "test.csv") if row["age"] == "1"]
    assert len([row for row in rows_of(made.public / "train.csv") if row["age"] == "1"]) == 100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b"a,b\n1\n", "different lengths"),
        (b"Survived\n" + b"1\n0\n" * 200, "no column beside"),
        (TABLE.replace(b",1\n", b",yes\n"), "holds 'yes', which is no number"),
        (TABLE.replace(b",1\n", b",3\n"), "none left out"),
        (TABLE.replace(b",1\n", b",inf\n"), "holds 'inf'"),
        (b"a,Survived\n" + b"1,1\n2,0\n" * 200, "and so do rows that are alike"),
    ],
)
def test_tables_that_cannot_serve_are_refused_in_words(
    tmp_path: Path, store: DataStore, content: bytes, words: str
) -> None:
    table = tmp_path / "own.csv"
    table.write_bytes(content)
    with pytest.raises(BoardError, match=words):
        prepared(tmp_path, store, a_board(table="Survived", public_data=False), table=table)


def test_a_table_that_gives_its_labels_away_is_stopped_and_can_be_mended(
    tmp_path: Path, store: DataStore
) -> None:
    lines = TABLE.decode().splitlines()
    leaking = "\n".join(
        [lines[0] + ",boat", *(f"{line},{'A' if line[-1] == '1' else 'B'}" for line in lines[1:])]
    )
    table = tmp_path / "own.csv"
    table.write_text(leaking)
    board = a_board(table="Survived", public_data=False, id_column="PassengerId")
    files, lab = a_lab(tmp_path)
    course = Course(tmp_path / "course")
    with pytest.raises(BoardError, match="column 'boat' decides the label"):
        prepare_board(files, lab, board, course, store, table=table, **SETTINGS)
    assert list((course.root / "board" / "digits").iterdir()) == []
    table.write_bytes(TABLE)
    assert verify_prepared(prepare_board(files, lab, board, course, store, table=table, **SETTINGS)) == ()


def test_the_description_is_released_with_the_board(tmp_path: Path, store: DataStore) -> None:
    files, lab = a_lab(tmp_path)
    (files.folder / "competition").mkdir()
    (files.folder / "competition" / "description.md").write_text("# Digits\n")
    made = prepare_board(files, lab, a_board(), Course(tmp_path / "course"), store, **SETTINGS)
    assert (made.public / "description.md").read_text() == "# Digits\n"
    assert verify_prepared(made) == ()


@pytest.fixture
def solved(tmp_path: Path, store: DataStore) -> Prepared:
    return prepared(tmp_path, store, a_board())


def test_a_label_corrected_by_hand_counts(solved: Prepared) -> None:
    before = solved.solution()
    path = solved.private / "solution.csv"
    lines = path.read_text().splitlines()
    name, label, usage = lines[7].split(",")
    lines[7] = f"{name},{(int(label) + 1) % 10}.0,{usage}"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([lines[0], *reversed(lines[1:])]).encode())
    after = solved.solution()
    assert after.ids == before.ids
    assert np.flatnonzero(after.targets != before.targets).tolist() == [6]
    np.testing.assert_array_equal(after.usage, before.usage)
    assert after.sha256 != before.sha256 == solved.manifest.solution_sha256
    assert verify_prepared(solved) == ()


def test_a_broken_correction_is_told_with_every_line(solved: Prepared) -> None:
    path = solved.private / "solution.csv"
    lines = path.read_text().splitlines()
    ids = [line.split(",")[0] for line in lines]
    lines[1] = f"{ids[1]},10,Public"
    lines[2] = f"{ids[2]},seven,Public"
    lines[3] = f"{ids[3]},7,Secret"
    lines[4] = f"{ids[5]},7,Public"
    lines[6] = f"{ids[6]},7"
    lines[7] = "1,7,Public"
    lines[8] = f'{ids[8]},"7'
    path.write_text("\n".join(lines[:9]) + "\n" + "\n".join(lines[9:]) + '"\n')
    with pytest.raises(BoardError) as error:
        solved.solution()
    text = str(error.value)
    for part in (
        "line 2: '10' is not a class",
        "line 3: 'seven' is not a number",
        "line 4: Usage is 'Secret'; it is one of Public, Private, Ignored",
        f"line 6: the id '{ids[5]}' stands in line 5 already",
        "line 7: the header has 3 cells, this row has 2",
        "line 8: '1' is no id of this board",
        "line 9: ",
        "ids are missing",
        "set its Usage to Ignored",
    ):
        assert part in text
    assert verify_prepared(solved) == (text,)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("Id,Label", "id,label", 1), "line 1: the header has to be Id,Label,Usage"),
        (lambda text: text.replace(",", ";"), "line 1: the header has to be Id,Label,Usage"),
        (lambda text: text.replace("Private", "Public"), "no row has Usage Private"),
        (lambda text: text.replace("Private", "Ignored"), "no row has Usage Private"),
        (lambda text: "", "ids are missing, 100 in all"),
        (lambda text: text.replace("Label\n", "Label\n", 1) + "\udcff", "no UTF-8 text"),
    ],
)
def test_a_solution_that_is_none_is_refused(solved: Prepared, change, words: str) -> None:
    path = solved.private / "solution.csv"
    path.write_bytes(change(path.read_text()).encode("utf-8", "surrogateescape"))
    with pytest.raises(BoardError, match=words):
        solved.solution()


def test_a_solution_that_is_gone_is_named(solved: Prepared) -> None:
    (solved.private / "solution.csv").unlink()
    with pytest.raises(BoardError, match=r"solution\.csv cannot be read: No such file"):
        solved.solution()


def test_ids_are_unique_and_of_one_length_however_many() -> None:
    for count, digits in ((20, 6), (90_000, 6), (100_000, 6), (100_001, 7)):
        ids = row_ids(count, Stream(b"a secret of the tests", "ids"))
        assert len(set(ids)) == count
        assert {len(each) for each in ids} == {digits}
        assert list(ids) == sorted(ids)


def test_hashes_tell_rows_apart() -> None:
    images = small_images().inputs("test")
    assert len(set(input_hashes(images))) == len(images)
    assert input_hashes(images[3:4])[0] == input_hashes(images)[3]
