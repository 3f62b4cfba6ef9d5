"""Sandbox: what surrounds one process of a stranger.

Imports `files` alone, and knows nothing of notebooks.
"""

from deepgrade.sandbox.apptainer import Apptainer
from deepgrade.sandbox.base import (
    Box,
    Fork,
    Helper,
    HelperLaunch,
    Mount,
    Preparation,
    Prepared,
    Reason,
    Sandbox,
    SandboxError,
    SandboxLimits,
    SandboxOutcome,
    SandboxRequest,
    SandboxStopped,
    SandboxUnavailable,
    StudentEnvironment,
)
from deepgrade.sandbox.bubblewrap import Bubblewrap
from deepgrade.sandbox.containers.container import DEFAULT_IMAGE, Container
from deepgrade.sandbox.containers.engines import ENGINES, Engine, EngineName
from deepgrade.sandbox.containers.image_facts import PYTHON_LABEL, VERSION_LABEL, ImageFacts, image_facts
from deepgrade.sandbox.diagnosis import Diagnosis
from deepgrade.sandbox.environment import host_environment, package_versions
from deepgrade.sandbox.none import NoSandbox
from deepgrade.sandbox.select import SANDBOXES, diagnose, find_sandbox
from deepgrade.sandbox.separate_user import SeparateUser, require_private
from deepgrade.sandbox.sharing import open_for_reading

__all__ = [
    "DEFAULT_IMAGE",
    "ENGINES",
    "PYTHON_LABEL",
    "SANDBOXES",
    "VERSION_LABEL",
    "Apptainer",
    "Box",
    "Bubblewrap",
    "Container",
    "Diagnosis",
    "Engine",
    "EngineName",
    "Fork",
    "Helper",
    "HelperLaunch",
    "ImageFacts",
    "Mount",
    "NoSandbox",
    "Preparation",
    "Prepared",
    "Reason",
    "Sandbox",
    "SandboxError",
    "SandboxLimits",
    "SandboxOutcome",
    "SandboxRequest",
    "SandboxStopped",
    "SandboxUnavailable",
    "SeparateUser",
    "StudentEnvironment",
    "diagnose",
    "find_sandbox",
    "host_environment",
    "image_facts",
    "open_for_reading",
    "package_versions",
    "require_private",
]
