"""Prepare a board's data: choose rows, divide them, write what may be released and what may not, and look for leaks.

Every choice comes from the course's secret, so the same secret prepares the same board on every machine, and nobody without it
can. The folder is put in its place when it is complete and the audit has found nothing.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepgrade.board.competition import Board, competition_folder
from deepgrade.board.errors import BoardError
from deepgrade.board.prepare.audit import Truth, audit_public
from deepgrade.board.prepare.checksums import check_sources, read_own_table, sources_of, write_released
from deepgrade.board.prepare.folder import (
    FORM,
    MANIFEST,
    SOLUTION,
    Manifest,
    Prepared,
    Recipe,
    open_prepared,
    row_names,
)
from deepgrade.board.prepare.released import Released, release_rows, row_counts
from deepgrade.board.prepare.sample import constant_answer, sample_scores
from deepgrade.board.prepare.solution import (
    USAGES,
    SolutionColumns,
    Usage,
    solution_bytes,
    usages,
)
from deepgrade.board.prepare.tables import release_table
from deepgrade.board.reading.form import Array, form_of, kind_of, submission_bytes
from deepgrade.data import DataStore
from deepgrade.data.arrays import read_array
from deepgrade.data.stream import Stream
from deepgrade.engine.data import course_data
from deepgrade.files import atomic_folder, sha256_bytes, write_atomic
from deepgrade.lab import Lab, LabFiles, Origin, Size
from deepgrade.records import Course

_DESCRIPTION = "description.md"
_SAMPLE = "sample_submission.csv"


def prepare_board(
    files: LabFiles,
    lab: Lab,
    board: Board,
    course: Course,
    store: DataStore,
    *,
    origin: Origin,
    size: Size,
    table: Path | None = None,
) -> Prepared:
    """Prepare a board's data in a course, or find what an earlier call made of the same data.

    Args:
        files: The lab's; `competition/description.md` is released with the board.
        lab: The board's.
        board: What is asked for.
        course: Whose secret decides, and whose folder receives the data.
        store: Where the data sets are.
        origin: Real or synthetic.
        size: Full or quick.
        table: An own CSV file, for boards that are made from one; not needed again once the board is prepared.

    Raises:
        BoardError: The board was prepared from other data, the data are not those of `checksums.toml`, there are too few
            rows, or the audit found that the public files would give labels away.
        DataError: A data set is not stored.
        LabError: The lab's hidden evaluations contradict each other.
    """
    course.prepare()
    folder = course.board(lab.name, board.id)
    there = open_prepared(course, lab.name, board.id) if folder.exists() else None
    if there is not None and board.table is not None and table is None:
        sources = there.manifest.source
    else:
        sources = sources_of(board, lab, store, origin=origin, size=size, table=table)
    check_sources(files, origin, size, sources)
    recipe = _recipe(lab, board, sources, origin, size)
    if there is not None:
        return _as_made(there, recipe, course)
    try:
        with atomic_folder(folder) as temporary:
            public = temporary / "public"
            public.mkdir()
            public.chmod(0o755)
            description = competition_folder(files) / _DESCRIPTION
            if description.is_file():
                write_atomic(public / _DESCRIPTION, description.read_bytes())
            if board.entry == "file":
                manifest = _file_board(temporary, files, lab, board, course, store, recipe, table)
            else:
                manifest = _model_board(temporary, lab, board, course, store, recipe)
            write_released(public)
            write_atomic(temporary / MANIFEST, manifest.model_dump_json(indent=1) + "\n", mode=0o600)
    except OSError:
        if not folder.exists():
            raise
        return _as_made(
            open_prepared(course, lab.name, board.id), recipe, course
        )  # another process was first
    return Prepared(folder, manifest)


def _recipe(lab: Lab, board: Board, sources: dict[str, str], origin: Origin, size: Size) -> Recipe:
    hidden = lab.hidden[board.hidden] if board.hidden is not None else None
    if board.entry == "file":
        rows, ignored = row_counts(board, size)
    elif hidden is not None and hidden.source == "carved":
        rows, ignored = (hidden.quick_rows if size == "quick" else hidden.rows), 0
    else:
        rows, ignored = 0, 0
    names = [board.id_column, board.label_column, "Usage"]
    if len(set(names)) != len(names):
        raise BoardError(f"Board {board.id}: id_column and label_column are two names, and neither is Usage.")
    return Recipe(
        lab=lab.name,
        board=board.id,
        entry=board.entry,
        origin=origin,
        size=size,
        source=sources,
        hidden=board.hidden,
        target=board.table or board.target,
        kind=kind_of(board) if board.entry == "file" else None,
        scored_rows=rows,
        ignored_rows=ignored,
        private_share=board.private_share,
        id_column=board.id_column,
        label_column=board.label_column,
    )


def _as_made(there: Prepared, recipe: Recipe, course: Course) -> Prepared:
    if there.manifest.key == recipe.key_for(course.secret):
        return there
    changes = there.manifest.recipe.differences(recipe) or ["the course's secret is another"]
    raise BoardError(
        f"{there.folder} was prepared from other data:\n"
        + "\n".join(f"  {change}" for change in changes)
        + "\nRemove that folder if no entry rests on it, and prepare the board again."
    )


def _model_board(
    folder: Path, lab: Lab, board: Board, course: Course, store: DataStore, recipe: Recipe
) -> Manifest:
    rows: dict[Usage, int] = dict.fromkeys(USAGES, 0)
    if lab.hidden[board.hidden or ""].source == "captured":
        return Manifest(**recipe.model_dump(), key=recipe.key_for(course.secret), rows=rows)
    data = course_data(course, lab, store, origin=recipe.origin, size=recipe.size)
    path = data.labels[board.hidden or ""]
    labels = np.asarray(read_array(path.parent, path.stem, in_memory=True), dtype=np.int64)
    classes = store.find(lab.hidden[board.hidden or ""].dataset, recipe.origin, recipe.size).facts.classes
    return _write_solution(folder, recipe, course, board, row_names(len(labels)), labels, classes)


def _file_board(
    folder: Path,
    files: LabFiles,
    lab: Lab,
    board: Board,
    course: Course,
    store: DataStore,
    recipe: Recipe,
    table: Path | None,
) -> Manifest:
    released = _released(files, lab, board, course, store, recipe, table)
    form = form_of(board, released.ids, released.classes)
    public = folder / "public"
    for name, content in released.public.items():
        write_atomic(public / name, content)
    write_atomic(public / FORM, form.model_dump_json() + "\n")
    sample = constant_answer(form, released.train_targets)
    write_atomic(public / _SAMPLE, submission_bytes(form, sample))
    manifest = _write_solution(
        folder, recipe, course, board, released.ids, released.targets, released.classes, sample
    )
    truth = Truth(
        ids=released.ids,
        targets=released.targets,
        classes=released.classes,
        id_column=board.id_column,
        target=recipe.target,
        source_rows=released.source_rows,
        train_rows=released.train_rows,
    )
    findings = audit_public(public, truth)
    if findings:
        raise BoardError(
            f"Board {board.id}: its public files would give labels away, so none were kept:\n"
            + "\n".join(f"  {finding.sentence}" for finding in findings)
            + "\nLeave such columns or rows out of the source, then prepare the board again."
        )
    return manifest


def _released(
    files: LabFiles,
    lab: Lab,
    board: Board,
    course: Course,
    store: DataStore,
    recipe: Recipe,
    table: Path | None,
) -> Released:
    purpose = _purpose(recipe)
    if board.table is not None:
        content = read_own_table(table or Path())
    else:
        stored = store.find(board.dataset or "", recipe.origin, recipe.size)
        kind = store.catalogue[stored.name].kind
        if kind in ("images", "reviews"):
            if board.target is not None:
                raise BoardError(f"Board {board.id}: {stored.name} has labels of its own; leave target out.")
            return release_rows(files, lab, board, course, stored, purpose)
        if kind != "table":
            raise BoardError(f"Board {board.id}: no rows can be released of {stored.name}; it is no table.")
        if board.target is None:
            raise BoardError(
                f"Board {board.id}: name the column of {stored.name} to predict as target in competition.toml."
            )
        content = _table_of(stored.path)
    return release_table(
        content,
        board,
        target=recipe.target or "",
        scored=recipe.scored_rows,
        ignored=recipe.ignored_rows,
        secret=course.secret,
        purpose=purpose,
    )


def _table_of(folder: Path) -> bytes:
    tables = sorted((folder / "files").glob("*.csv"))
    if len(tables) != 1:
        raise BoardError(f"{folder} holds {len(tables)} tables; one was expected.")
    return tables[0].read_bytes()


def _purpose(recipe: Recipe) -> str:
    return f"board {recipe.lab}/{recipe.board}"


def _write_solution(
    folder: Path,
    recipe: Recipe,
    course: Course,
    board: Board,
    ids: tuple[str, ...],
    targets: Array,
    classes: int,
    sample: Array | None = None,
) -> Manifest:
    # Boards on one hidden set, of whatever lab, have one split: else the public score of one would tell of private rows of
    # another.
    whose = f"hidden set {', '.join(recipe.source)}" if recipe.entry == "model" else _purpose(recipe)
    stream = Stream(course.secret, f"{whose} usage")
    usage = usages(
        targets, classes, private_share=board.private_share, ignored=recipe.ignored_rows, stream=stream
    )
    content = solution_bytes(
        SolutionColumns(board.id_column, board.label_column, classes), ids, targets, usage
    )
    private = folder / "private"
    private.mkdir(mode=0o700)
    private.chmod(0o700)
    write_atomic(private / SOLUTION, content, mode=0o600)
    scores = {} if sample is None else sample_scores(board, targets, usage, sample)
    return Manifest(
        **recipe.model_dump(),
        key=recipe.key_for(course.secret),
        rows={use: int((usage == use).sum()) for use in USAGES},
        classes=classes,
        solution_sha256=sha256_bytes(content),
        sample=scores,
    )
