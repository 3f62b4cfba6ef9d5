"""A class of nine: perfect, mistakes, blank, timeout, refused, excused, hostile."""

from pathlib import Path

from report_hostile import hostile_entry
from report_lab import DATA, MANUAL, NOW, TITLES, failed, make_lab, make_run, make_score
from report_runs import notebook, write_run

from deepgrade.evidence import CellError, RunRecord, Verdict
from deepgrade.report import ClassReport, StudentEntry
from deepgrade.score.results import Flag


def make_entries(folder: Path, *, hostile: bool = True) -> list[StudentEntry]:
    """Return the class: perfect, graded by hand, mistakes, blank, timeout, refused, excused, hostile."""
    good = write_run(folder / "good")
    broken = write_run(folder / "broken", cells=notebook(broken=True))
    gap = Flag(
        code="public_hidden_gap",
        sentence="The notebook measured 0.991 on its test set; on hidden inputs it is 0.954.",
        question="b7",
    )
    near = Flag(
        code="near_threshold",
        sentence="0.9588 lies within the noise of the threshold 0.96 (n = 5,000).",
        question="b7",
    )
    refused = Flag(
        code="model_refused",
        sentence="`dropout_model` holds a Lambda layer and was not rebuilt.",
        question="c9",
    )
    blank = {name: "failed" for name in TITLES if name not in MANUAL}
    error = CellError(
        cell=24,
        question="b6",
        ename="ValueError",
        evalue="Arguments `target` and `output` must have the same shape.",
    )
    late = {name: "failed" for name in TITLES if name[0] == "c" and name not in MANUAL and name != "c1"}
    entries = [
        StudentEntry(
            "Adaeze Obi",
            "adaeze-obi",
            make_score("Adaeze Obi", accuracy=0.9814),
            make_run("Adaeze Obi"),
            good,
            decisions={n: make_lab().question(n).points for n in MANUAL},
        ),
        StudentEntry(
            "Benedikt Lang",
            "benedikt-lang",
            make_score(
                "Benedikt Lang",
                {**failed("b3", "c2"), "c9": "needs_review"},
                accuracy=0.9742,
                flags=[refused],
            ),
            make_run("Benedikt Lang"),
            good,
        ),
        StudentEntry(
            "Chiara Rossi",
            "chiara-rossi",
            make_score("Chiara Rossi", failed("b7"), accuracy=0.9588, flags=[gap, near]),
            make_run("Chiara Rossi"),
            good,
            decisions={"a1": 0.3, "a2": 0.4},
        ),
        StudentEntry(
            "Dương Nguyễn",
            "duong-nguyen",
            make_score("Dương Nguyễn", {**failed("b6"), "c3": "not_assessed"}, accuracy=0.9779),
            make_run(
                "Dương Nguyễn",
                Verdict.CELL_ERROR,
                detail="1 of 17 cells stopped with an error.",
                cell_errors=(error,),
            ),
            broken,
        ),
        StudentEntry(
            "Emeka Blank",
            "emeka-blank",
            make_score("Emeka Blank", blank, accuracy=0.098),
            make_run("Emeka Blank"),
            good,
        ),
        StudentEntry(
            "Farida Haddad",
            "farida-haddad",
            make_score("Farida Haddad", late, accuracy=0.9791),
            _timeout("Farida Haddad"),
            good,
        ),
        StudentEntry(
            "Gustav Holm",
            "gustav-holm",
            refusal="holm.docx is not a notebook: it does not begin with an object. Hand in the .ipynb file.",
        ),
        StudentEntry(
            "Hana Sato",
            "hana-sato",
            None,
            make_run("Hana Sato", Verdict.NO_GPU, detail="The node had no GPU.", cell_times=()),
            None,
        ),
    ]
    return [*entries, hostile_entry(folder)] if hostile else entries


def _timeout(student: str) -> RunRecord:
    run = make_run(student, Verdict.TIMEOUT, detail="Cell 30 was stopped after 900 s.", wall_s=1012.0)
    times = list(run.cell_times)
    times[9] = times[9].model_copy(update={"seconds": 900.0, "status": "timeout"})
    rest = [t.model_copy(update={"seconds": 0.0, "status": "not_run"}) for t in times[10:]]
    return run.model_copy(update={"cell_times": (*times[:10], *rest)})


def make_report(entries: list[StudentEntry], **changes) -> ClassReport:
    """Return a report of these students."""
    values = {
        "lab": make_lab(),
        "course": "DSCI 353, spring 2026",
        "made_at": NOW,
        "students": lambda: iter(entries),
        "data": DATA,
    }
    return ClassReport(**(values | changes))
