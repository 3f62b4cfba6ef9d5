"""The walls between areas hold: an area imports what the design lets it import, and nothing else."""

import ast
from pathlib import Path

import pytest

import deepgrade

PACKAGE = Path(deepgrade.__file__).parent

MAY_IMPORT = {
    "files": set(),
    "lab": {"files"},
    "evidence": {"files"},
    "data": {"files"},
    "submission": {"files", "lab", "evidence"},
    "kernel": set(),
    "sandbox": {"files"},
    "image": {"sandbox"},
    "run": {"files", "lab", "submission", "sandbox", "evidence"},
    "infer": {"files", "data", "evidence", "sandbox"},
    "score": {"files", "lab", "data", "evidence"},
    "checks": set(),
    "records": {"files", "lab", "evidence", "score"},
    "engine": {"files", "lab", "data", "evidence", "submission", "sandbox", "run", "infer", "records"},
    "board": {"files", "lab", "data", "evidence", "score", "records", "engine"},
    "report": {"files", "lab", "evidence", "score", "records", "board"},
    "publish": {"files", "records", "report"},
    "review": {"files", "lab", "evidence", "score", "records", "board", "report", "submission"},
    "native": {
        *(
            "files",
            "lab",
            "data",
            "evidence",
            "submission",
            "kernel",
            "sandbox",
            "run",
            "infer",
            "score",
            "engine",
        ),
    },
    "flavours": {"files", "lab"},
    "packages": {"files", "lab", "flavours", "native"},
    "interchange": {"files", "lab", "score", "submission", "records", "report"},
    "gradescope": {
        *(
            "files",
            "lab",
            "data",
            "evidence",
            "submission",
            "sandbox",
            "infer",
            "score",
            "records",
            "engine",
            "report",
        ),
        *("grading", "packages"),
    },
    "grading": {
        *(
            "files",
            "lab",
            "data",
            "evidence",
            "submission",
            "sandbox",
            "infer",
            "score",
            "records",
            "engine",
            "flavours",
        ),
    },
}


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found |= {
            name.split(".")[1] for name in names if name.startswith("deepgrade.") and name.count(".") >= 1
        }
    return found


@pytest.mark.parametrize("area", sorted(MAY_IMPORT))
def test_area_imports_only_what_the_design_allows(area):
    areas = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    wrong = {
        f"{file.relative_to(PACKAGE)} imports {other}"
        for file in (PACKAGE / area).rglob("*.py")
        for other in (_imports(file) & areas) - MAY_IMPORT[area] - {area}
    }
    assert not wrong


def test_every_area_has_a_row_in_this_table():
    areas = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert areas - {"cli"} == set(MAY_IMPORT)


def test_score_records_and_report_never_import_keras_or_tensorflow():
    for area in ("score", "records", "report", "submission", "lab", "evidence", "files"):
        for file in (PACKAGE / area).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            assert "import keras" not in text, file
            assert "tensorflow" not in text or "import tensorflow" not in text, file
