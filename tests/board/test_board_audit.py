"""The audit finds what gives labels away, planted in every way we know, and lets honest folders pass."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepgrade.board.prepare.audit import Truth, audit_public
from deepgrade.board.prepare.chance import determines, goes_with, neighbours_agree, renames, separates
from deepgrade.board.prepare.released import input_hashes
from deepgrade.board.reading.form import Form, submission_bytes

ROWS = 200


class Folder:
    """A public folder that can be made leaky, and what is true of it."""

    def __init__(self, root: Path, *, classes: int = 10, reviews: bool = False, table: bool = False) -> None:
        rng = np.random.default_rng(5)
        self.root = root
        root.mkdir(exist_ok=True)
        self.rng = rng
        self.targets = rng.permutation(np.arange(ROWS) % classes) if classes else rng.normal(500, 90, ROWS)
        self.ids = np.sort(rng.choice(900_000, ROWS, replace=False) + 100_000).astype(str)
        self.x = rng.integers(0, 256, (ROWS, 8, 8)).astype(np.uint8)
        self.tokens = rng.integers(4, 300, (ROWS, 12)).astype(np.int32)
        self.reviews, self.table, self.classes = reviews, table, classes
        self.sample = np.zeros(ROWS)
        self.columns: dict[str, np.ndarray] = {
            "age": rng.integers(18, 80, ROWS),
            "fare": np.round(rng.exponential(30, ROWS), 2),
            "town": rng.choice(["Bonn", "Ulm", "Trier"], ROWS),
        }
        self.train = {
            "age": rng.integers(18, 80, 50),
            "fare": np.round(rng.exponential(30, 50), 2),
            "town": rng.choice(["Bonn", "Ulm", "Trier"], 50),
        }
        self.source_rows = rng.permutation(5000)[:ROWS]
        self.known: frozenset[bytes] = frozenset()
        self.form_order = np.arange(ROWS)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `test.npz` holds."""
        if self.reviews:
            offsets = np.arange(0, 12 * ROWS + 1, 12)
            return {"ids": self.ids, "x_tokens": self.tokens.reshape(-1), "x_offsets": offsets}
        return {"ids": self.ids, "x": self.x}

    def write(self) -> Truth:
        """Write the folder."""
        kind = "classes" if self.classes else "values"
        form = Form(
            id_column="Id",
            columns=("Label",),
            kind=kind,
            classes=self.classes,
            ids=tuple(self.ids[self.form_order]),
        )
        (self.root / "form.json").write_text(form.model_dump_json())
        (self.root / "sample_submission.csv").write_bytes(
            submission_bytes(form, self.sample[self.form_order])
        )
        if self.table:
            for name, columns in (("test", {"Id": self.ids} | self.columns), ("train", self._train())):
                lines = [
                    ",".join(columns),
                    *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)),
                ]
                (self.root / f"{name}.csv").write_text("\n".join(lines) + "\n")
        else:
            np.savez(self.root / "test.npz", **self.arrays())
        return Truth(
            ids=tuple(self.ids),
            targets=self.targets,
            classes=self.classes,
            id_column="Id",
            target="Salary" if self.table else None,
            source_rows=self.source_rows,
            train_rows=self.known,
        )

    def _train(self) -> dict[str, np.ndarray]:
        return {"Id": np.arange(50) + 2_000_000} | self.train | {"Salary": self.rng.integers(0, 2, 50)}

    def codes(self) -> set[str]:
        """What the audit finds."""
        findings = audit_public(self.root, self.write())
        assert all(finding.sentence and finding.sentence.isprintable() for finding in findings)
        return {finding.code for finding in findings}


@pytest.fixture(params=["images", "reviews", "table", "values"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Folder:
    kind = request.param
    classes = {"images": 10, "reviews": 2, "table": 2, "values": 0}[kind]
    return Folder(
        tmp_path / "public", classes=classes, reviews=kind == "reviews", table=kind in ("table", "values")
    )


@pytest.fixture
def images(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "public")


@pytest.fixture
def table(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "public", classes=2, table=True)


@pytest.fixture
def salaries(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "public", classes=0, table=True)


def test_an_honest_folder_passes(folder: Folder) -> None:
    (folder.root / "description.md").write_text("# Words")
    (folder.root / "checksums.json").write_text("{}")
    assert folder.codes() == set()


def test_ids_that_order_by_label_are_found(folder: Folder) -> None:
    folder.targets = np.sort(folder.targets)
    assert folder.codes() == {"id_order", "row_order"}


def test_blocks_of_one_label_are_found_though_no_rank_shows_them(folder: Folder) -> None:
    if folder.classes:
        blocks = np.repeat(np.arange(ROWS // 10) % folder.classes, 10)
    else:
        blocks = np.sin(np.arange(ROWS) / 5)
    folder.targets = blocks
    assert folder.codes() == {"id_order", "row_order"}


def test_a_file_in_the_order_of_labels_is_found_though_ids_say_nothing(folder: Folder) -> None:
    folder.form_order = np.argsort(folder.targets, kind="stable")
    assert folder.codes() == {"row_order"}


def test_ids_that_follow_the_source_are_found(folder: Folder) -> None:
    folder.source_rows = np.sort(folder.source_rows)
    assert folder.codes() == {"source_rows", "source_order"}
    folder.ids = np.array([str(100_000 + row) for row in folder.source_rows])
    assert folder.codes() == {"source_rows", "source_order"}


@pytest.mark.parametrize("place", [0, 1, 4, 5])
def test_a_digit_of_the_id_that_tells_the_label_is_found(images: Folder, place: int) -> None:
    digits = [list(each) for each in images.ids]
    for row, label in enumerate(images.targets):
        digits[row][place] = str(label) if place else str((label + 3) % 9 + 1)
    images.ids = np.unique(["".join(each) for each in digits])
    order = {name: row for row, name in enumerate("".join(each) for each in digits)}
    rows = np.array([order[name] for name in images.ids])
    assert len(rows) == ROWS
    images.targets = images.targets[rows]
    assert images.codes() & {"id_tells", "id_order"}


def test_an_id_whose_remainder_is_the_label_is_found(tmp_path: Path) -> None:
    seven = Folder(tmp_path / "public", classes=7)
    seven.targets = np.array([int(each) % 7 for each in seven.ids])
    assert seven.codes() == {"id_tells"}


def test_labels_among_the_arrays_are_found(images: Folder) -> None:
    truth = images.write()
    np.savez(images.root / "test.npz", **images.arrays(), y=images.targets)
    (finding,) = audit_public(images.root, truth)
    assert (finding.code, "holds y;" in finding.sentence) == ("member", True)


def test_labels_in_the_names_of_members_are_found(images: Folder) -> None:
    truth = images.write()
    members = {
        f"{name}_class{label}": x for name, label, x in zip(images.ids, images.targets, images.x, strict=True)
    }
    np.savez(images.root / "test.npz", **members)
    assert [finding.code for finding in audit_public(images.root, truth)] == ["member"]


@pytest.mark.parametrize("where", ["archive", "member", "time"])
def test_labels_in_what_the_archive_says_of_itself_are_found(images: Folder, where: str) -> None:
    truth = images.write()
    path = images.root / "test.npz"
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            info = zipfile.ZipInfo(name, (1999, 7, 7, 7, 7, 6) if where == "time" else (1980, 1, 1, 0, 0, 0))
            info.comment = bytes(images.targets.astype(np.uint8)) if where == "member" else b""
            archive.writestr(info, data)
        archive.comment = bytes(images.targets.astype(np.uint8)) if where == "archive" else b""
    assert [finding.code for finding in audit_public(images.root, truth)] == ["metadata"]


def test_arrays_of_objects_are_found(images: Folder) -> None:
    truth = images.write()
    np.savez(images.root / "test.npz", ids=images.ids, x=np.array([{"label": 7}] * ROWS, dtype=object))
    assert [finding.code for finding in audit_public(images.root, truth)] == ["unreadable"]
    (images.root / "test.npz").write_bytes(b"PK\x03\x04 nothing")
    assert [finding.code for finding in audit_public(images.root, truth)] == ["unreadable"]


def test_files_that_no_board_hands_out_are_found(images: Folder, tmp_path: Path) -> None:
    truth = images.write()
    (images.root / "images").mkdir()
    (images.root / "images" / "7_123456.png").write_bytes(b"")
    (tmp_path / "solution.csv").write_text("Id,Label")
    (images.root / "description.md").symlink_to(tmp_path / "solution.csv")
    assert [finding.code for finding in audit_public(images.root, truth)] == ["file", "file"]


def test_a_pixel_that_is_the_label_is_found(images: Folder) -> None:
    images.x[:, 0, 3] = images.targets * 7 + 1
    assert images.codes() == {"label_column"}


@pytest.mark.parametrize("place", [0, 1, -1])
def test_a_word_that_is_the_label_is_found(tmp_path: Path, place: int) -> None:
    reviews = Folder(tmp_path / "public", classes=2, reviews=True)
    reviews.tokens[:, place] = 7 + reviews.targets
    assert reviews.codes() == {"label_column"}


def test_a_sample_that_is_the_solution_is_found(images: Folder) -> None:
    images.sample = images.targets.astype(float)
    assert images.codes() == {"label_column"}


def test_files_that_list_other_rows_are_found(images: Folder) -> None:
    truth = images.write()
    other = replace(truth, ids=(*truth.ids[:-1], "nobody"))
    assert "ids" in {finding.code for finding in audit_public(images.root, other)}


def test_inputs_that_stand_in_the_training_data_are_found(images: Folder) -> None:
    images.known = frozenset(input_hashes(images.x[5:6]))
    findings = audit_public(images.root, images.write())
    assert [finding.code for finding in findings] == ["shared_rows"]
    assert images.ids[5] in findings[0].sentence


def test_a_row_of_a_table_that_stands_in_the_training_table_is_found(table: Folder) -> None:
    for name, values in table.columns.items():
        table.train[name][7] = values[3]
    assert table.codes() == {"shared_rows"}


LABELS = {
    "a copy": lambda y: y,
    "words": lambda y: np.where(y == 1, "drowned", "saved"),
    "turned round": lambda y: 1 - y,
    "names of files": lambda y: np.array([f"photo{row}_{'ab'[label]}.png" for row, label in enumerate(y)]),
    "a last digit": lambda y: np.array([10 * (977 * row % 1000) + 3 + label for row, label in enumerate(y)]),
    "a first digit": lambda y: np.array([1000 * (label + 4) + row for row, label in enumerate(y)]),
    "a finer code": lambda y: y * 2 + np.arange(len(y)) % 2,
    "a score behind the label": lambda y: y + np.random.default_rng(3).random(len(y)) * 0.99,
    "where a value is missing": lambda y: np.where(y == 1, "", "12.5"),
}


@pytest.mark.parametrize("name", LABELS)
def test_a_column_that_decides_the_label_is_found_under_any_name(table: Folder, name: str) -> None:
    values = LABELS[name](table.targets)
    table.columns["weather"] = values
    table.train["weather"] = values[:50]
    findings = audit_public(table.root, table.write())
    assert {finding.code for finding in findings} == {"label_column"}
    assert "test.csv: column 'weather'" in findings[0].sentence


VALUES = {
    "a copy": lambda y: y,
    "another unit": lambda y: np.round(y * 1.13, 6),
    "a logarithm": np.log,
    "the reverse": lambda y: -y,
    "the rank": lambda y: np.argsort(np.argsort(y)),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_column_that_orders_rows_as_the_target_is_found(salaries: Folder, name: str) -> None:
    values = VALUES[name](salaries.targets)
    salaries.columns["bonus"] = values
    salaries.train["bonus"] = values[:50]
    assert salaries.codes() == {"label_column"}


def test_a_column_that_only_helps_is_no_finding(table: Folder, tmp_path: Path) -> None:
    wrong = table.rng.permutation(ROWS)[:10]
    table.columns["sex"] = table.targets.copy()
    table.columns["sex"][wrong] = 1 - table.columns["sex"][wrong]
    table.train["sex"] = table.targets[:50]
    assert table.codes() == set()
    values = Folder(tmp_path / "values", classes=0, table=True)
    values.columns["hits"] = values.targets + values.rng.normal(0, 5, ROWS)
    values.train["hits"] = values.targets[:50]
    assert values.codes() == set()


def labels_of(seed: int, classes: int, rows: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if not classes:
        return rng.exponential(size=rows)
    return np.concatenate(
        [np.arange(classes), rng.choice(classes, rows - classes, p=rng.dirichlet(np.ones(classes)))]
    )


cases = st.tuples(st.integers(0, 2**32), st.sampled_from([0, 2, 3, 10, 40]), st.integers(80, 400))


@settings(max_examples=200)
@given(cases)
def test_chance_alone_is_no_finding(case: tuple[int, int, int]) -> None:
    seed, classes, rows = case
    rng = np.random.default_rng(seed + 1)
    targets = rng.permutation(labels_of(seed, classes, rows))
    values = rng.permutation(rows)
    assert not goes_with(values, targets, classes)
    assert not neighbours_agree(targets[values], classes)
    assert not separates(values, targets, classes)
    few = rng.integers(0, 7, (rows, 3))
    assert not renames(few[:, 0] % (classes or 2), targets)
    assert not determines(few, targets).any()
    assert not goes_with(few[:, 0], targets, classes)


@given(cases, st.randoms(use_true_random=False))
def test_whatever_names_the_classes_have_a_column_of_them_is_found(
    case: tuple[int, int, int], random
) -> None:
    seed, classes, rows = case
    targets = np.random.default_rng(seed).permutation(labels_of(seed, classes or 2, rows))
    if (np.unique(targets, return_counts=True)[1].max() / rows) > 0.9:
        return  # a column that is the same nearly everywhere can agree by chance
    names = list(range(100, 100 + (classes or 2)))
    random.shuffle(names)
    codes = np.array(names)[targets]
    assert renames(codes, targets)


@given(cases)
def test_an_order_by_label_is_found(case: tuple[int, int, int]) -> None:
    seed, classes, rows = case
    targets = np.sort(labels_of(seed, classes, rows))
    if classes and (np.unique(targets, return_counts=True)[1].max() / rows) > 0.8:
        return
    assert goes_with(np.arange(rows), targets, classes) or neighbours_agree(targets, classes)


def test_what_is_constant_or_tiny_is_no_finding() -> None:
    for rows in (0, 1, 2, 3, 30):
        same = np.zeros(rows, np.int64)
        for classes in (0, 2):
            assert not goes_with(np.arange(rows), same, classes)
            assert not goes_with(same, np.arange(rows), 0)
            assert not neighbours_agree(same, classes)
        assert not determines(same.reshape(-1, 1), same).any()
        assert not renames(same, same)


def test_a_table_that_is_none_is_named(table: Folder) -> None:
    truth = table.write()
    (table.root / "test.csv").write_text("a,b\n1,2\n")
    (table.root / "form.json").write_text("{}")
    assert sorted(finding.code for finding in audit_public(table.root, truth)) == ["unreadable", "unreadable"]
