"""Sandbox: what surrounds one process of a stranger.

Imports `files` alone, and knows nothing of notebooks.
"""

from deepgrade.sandbox.base import (
    Box,
    Helper,
    HelperLaunch,
    Mount,
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
from deepgrade.sandbox.environment import host_environment, package_versions
from deepgrade.sandbox.none import NoSandbox
from deepgrade.sandbox.select import SANDBOXES, Diagnosis, diagnose, find_sandbox

__all__ = [
    "SANDBOXES",
    "Box",
    "Bubblewrap",
    "Diagnosis",
    "Helper",
    "HelperLaunch",
    "Mount",
    "NoSandbox",
    "Reason",
    "Sandbox",
    "SandboxError",
    "SandboxLimits",
    "SandboxOutcome",
    "SandboxRequest",
    "SandboxStopped",
    "SandboxUnavailable",
    "StudentEnvironment",
    "diagnose",
    "find_sandbox",
    "host_environment",
    "package_versions",
]
