"""Models of graded notebooks enter their board; what was entered before is not entered again."""

from __future__ import annotations

from dataclasses import dataclass, field

from deepgrade.board.entering.model_outputs import NoOutputs, NotYet, model_outputs
from deepgrade.board.errors import BoardError
from deepgrade.board.opened import OpenBoard
from deepgrade.board.scoring.outputs import score_against, score_outputs
from deepgrade.evidence import RunRecord
from deepgrade.records import EntryScores, GradedRun, RunStore


@dataclass
class ModelsEntered:
    """What became of the graded notebooks.

    Attributes:
        entered: New entries.
        again: Entries whose notebook was run again, with new scores.
        known: Entries that were there.
        unscored: New entries without a score: (name, reason).
        waiting: Notebooks that say nothing yet by no fault of the student's: (name, reason). Tried again the next time.
    """

    entered: int = 0
    again: int = 0
    known: int = 0
    unscored: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, str]] = field(default_factory=list)


def enter_models(opened: OpenBoard) -> ModelsEntered:
    """Enter the model of every graded notebook on a board of models.

    Nothing is run: predictions are read that `infer` has stored. Each notebook that a student ever handed in is an
    entry, at the time at which it was handed in where its platform says so, else when the grader first saw it.

    Raises:
        BoardError: The board takes files, not models; or its solution cannot be read.
    """
    board = opened.board
    if board.entry != "model":
        raise BoardError(
            f"Board {board.id} takes files of predictions: enter them with `deepgrade board submit`."
        )
    store = RunStore(opened.course, opened.lab.name)
    known = {entry.submission_id: entry for entry in opened.entries if entry.submission_id is not None}
    done = ModelsEntered()
    for run in opened.ledger.graded_runs():
        before = known.get(run.submission_id)
        if before is not None and before.run_key == run.run_key:
            done.known += 1
            continue
        record = store.read(run.run_key)
        try:
            scores = _scores(opened, store, run, record)
        except NotYet as error:
            done.waiting.append((run.handed_in_as, str(error)))
            continue
        if before is None:
            opened.ledger.add(run.handed_in_as, run.filename, sha256=run.sha256, run=run, scores=scores)
            done.entered += 1
        else:
            opened.ledger.run_again(before.id, run.run_key, scores)
            done.again += 1
        if board.metric not in scores.public:
            done.unscored.append((run.handed_in_as, scores.reason or ""))
    return done


def _scores(opened: OpenBoard, store: RunStore, run: GradedRun, record: RunRecord | None) -> EntryScores:
    if record is None:
        raise NotYet("its run is not stored; `deepgrade grade` makes it")
    manifest = opened.prepared.manifest
    other = [facts for facts in record.data if (facts.origin, facts.size) != (manifest.origin, manifest.size)]
    if other:
        raise NotYet(
            f"it was run on {other[0].origin} data ({other[0].size}), the board is of {manifest.origin} data ({manifest.size})"
        )
    return entry_scores(opened, store, run.run_key, record)


def entry_scores(opened: OpenBoard, store: RunStore, run_key: str, record: RunRecord) -> EntryScores:
    """Score the model of a stored run.

    Raises:
        NotYet: The run says nothing of it by no fault of the student's.
    """
    solution = opened.solution
    try:
        found = model_outputs(opened.lab, opened.board, store.folder(run_key), record)
    except NoOutputs as error:
        return EntryScores(solution_sha256="" if solution is None else solution.sha256, reason=str(error))
    if found.targets is not None:
        return score_outputs(opened.board, found.targets, found.outputs, None, solution_sha256="")
    if solution is None:
        raise NotYet("the board has no solution; prepare it again")
    return score_against(opened.board, solution, found.outputs)
