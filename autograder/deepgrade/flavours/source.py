"""What an instructor wrote of a lab, read and checked as a whole."""

from __future__ import annotations

from typing import NamedTuple

from deepgrade.flavours.master import Master, master_text, read_master
from deepgrade.flavours.visible import VisibleCheck, compile_visible
from deepgrade.lab import CheckSet, Lab, LabFiles, load_checks, load_lab


class LabSource(NamedTuple):
    """The parts that builders need."""

    lab: Lab
    checks: CheckSet
    master: Master
    visible: tuple[VisibleCheck, ...]


def read_source(files: LabFiles) -> LabSource:
    """Read a lab.

    Raises:
        LabError: Its files are wrong.
    """
    lab, checks = load_lab(files), load_checks(files.checks)
    return LabSource(lab, checks, read_master(master_text(files), lab), compile_visible(checks))
