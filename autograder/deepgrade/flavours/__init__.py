"""Build for otter and nbgrader with their own tools.

Importing this imports neither tool: they are slow, and only `build_lab` and `check_lab` need them.
"""

from deepgrade.flavours.alternatives import Alternative, read_alternatives
from deepgrade.flavours.build import FLAVOURS, BuildReport, build_lab, check_lab
from deepgrade.flavours.master import Master, MasterCell, master_text, read_master
from deepgrade.flavours.readme import write_readme
from deepgrade.flavours.submissions import blank_notebook, solved_notebook

__all__ = [
    "FLAVOURS",
    "Alternative",
    "BuildReport",
    "Master",
    "MasterCell",
    "blank_notebook",
    "build_lab",
    "check_lab",
    "master_text",
    "read_alternatives",
    "read_master",
    "solved_notebook",
    "write_readme",
]
