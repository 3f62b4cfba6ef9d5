"""docs/slurm.md: its commands run as they are printed, and its table is the site file's."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deepgrade.engine.slurm import Site
from support.small_class import LOAD, notebook

PAGE = Path(__file__).resolve().parents[2] / "docs" / "slurm.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_field_of_a_site_file_stands_in_the_table_with_its_default():
    text = PAGE.read_text(encoding="utf-8")
    for name, field in Site.model_fields.items():
        default = "" if field.default is None else f"`{json.dumps(field.default)}` "
        assert f"| `{name}` | {default}|" in text, name
    assert len(re.findall(r"^\| `[a-z_]+` \| [^|]*\| ", text, re.MULTILINE)) == len(Site.model_fields)


@pytest.mark.slurm
def test_the_first_hour_runs_as_printed(school):
    school.hand_in({"ada": notebook(), "bert": notebook(load=LOAD.replace(" / 255", ""))})
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DEEPGRADE_ROOT": str(school.files.root),
        "DEEPGRADE_STORE": str(school.store.root),
        "USER": "root",
    }
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script = "set -euo pipefail\n" + "\n".join(blocks).replace("le5", "small")
    done = subprocess.run(
        ["bash", "-c", script], cwd=school.folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "ada: ok\n" in done.stdout
    assert "ada: ok (stored run)" in done.stdout
    assert len(list((school.folder / "tryout" / "slurm" / "small").iterdir())) == 1
