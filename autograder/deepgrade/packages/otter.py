"""The autograder zip for otter: what `otter generate` makes, with our plugin, our bundle and a setup without conda.

`otter run -a ZIP notebook.ipynb` needs nothing but the zip, where deepgrade is installed. On Gradescope, `setup.sh` makes an
environment from the source that the zip carries.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from deepgrade.files import write_atomic
from deepgrade.flavours.otter import assign, to_otter
from deepgrade.flavours.source import read_source
from deepgrade.lab import LabError, LabFiles, Origin, Size
from deepgrade.native.bundle import bundle_files
from deepgrade.native.facts import BUNDLES
from deepgrade.packages.archive import zip_bytes
from deepgrade.packages.carried import ENVIRONMENT_SCRIPT, constraints, package_files, requirements, script

PLUGIN = "deepgrade.native.otter_plugin.DeepgradePlugin"
_CONFIG = "otter_config.json"
_EXTRAS = ("student", "grade", "build")


def write_autograder_zip(files: LabFiles, target: Path, *, origin: Origin, size: Size) -> None:
    """Write a lab's autograder zip for otter; equal input gives equal bytes.

    Args:
        files: The lab, built before.
        target: The zip.
        origin: Which data it grades with.
        size: How much of it.

    Raises:
        LabError: The lab's files are wrong, or otter refuses them.
    """
    lab, checks, master, visible = read_source(files)
    notebook = to_otter(
        lab,
        master,
        visible,
        hidden=[check for check in checks.checks if not check.visible],
        generate={"plugins": [{PLUGIN: {"lab": lab.name}}]},
    )
    members = assign(lab.name, notebook, _generated)
    members.pop("environment.yml", None)
    members |= _container_files(files.root)
    members[_CONFIG] = _any_notebook(members[_CONFIG])
    bundle = bundle_files(files, origin=origin, size=size)
    members |= {f"{BUNDLES}/{files.name}/{name}": data for name, data in bundle.items()}
    write_atomic(target, zip_bytes(members))


def _container_files(root: Path) -> dict[str, bytes]:
    """Return what Gradescope's image is built with, and runs, in the place of otter's own scripts for conda."""
    needed = requirements(_EXTRAS)
    return {
        "setup.sh": script("otter_setup.sh"),
        "run_autograder": script("otter_run_autograder"),
        ENVIRONMENT_SCRIPT: script(ENVIRONMENT_SCRIPT),
        "requirements.txt": "".join(f"{line}\n" for line in needed).encode(),
        "constraints.txt": constraints(root, needed),
        **{str(name): data for name, data in package_files()},
    }


def _any_notebook(config: bytes) -> bytes:
    """Return otter's configuration without the assignment's name.

    Otter refuses a notebook whose metadata do not say that name, as Colab saves them; ours is known by its questions' headings.
    """
    settings = json.loads(config)
    settings.pop("assignment_name", None)
    return json.dumps(settings, indent=2).encode("utf-8")


def _generated(folder: Path, name: str) -> dict[str, bytes]:
    """Return the members of the zip that otter generated."""
    zips = sorted((folder / "autograder").glob("*.zip"))
    if len(zips) != 1:
        raise LabError(f"otter made {len(zips)} autograder zips of {name}, one was expected")
    with zipfile.ZipFile(zips[0]) as archive:
        return {member: archive.read(member) for member in archive.namelist()}
