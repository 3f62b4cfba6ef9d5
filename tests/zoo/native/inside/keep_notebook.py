"""A plugin for otter that keeps the executed notebook, which `otter run` throws away."""

import os

import nbformat
from otter.plugins import AbstractOtterPlugin


class KeepNotebook(AbstractOtterPlugin):
    """Writes the executed notebook where the environment says."""

    def after_grading(self, results):
        """Keep the notebook."""
        path = os.environ.get("ZOO_EXECUTED")
        if path:
            nbformat.write(results.notebook, path)
