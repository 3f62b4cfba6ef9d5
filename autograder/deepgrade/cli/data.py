"""`deepgrade data`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from deepgrade.cli.options import default_store, errors_for_people, store_option
from deepgrade.data import DataStore
