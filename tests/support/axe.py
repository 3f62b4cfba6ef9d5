"""axe-core, which looks for faults of accessibility: fetched by npm when a test needs it, never part of this repository."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

VERSION = "4.14.1"
_SERIOUS = ("serious", "critical")


def axe_source() -> str:
    """Return axe-core's script, from the cache or through npm."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "deepgrade" / "tests"
    kept = cache / f"axe-core-{VERSION}.min.js"
    if not kept.exists():
        if shutil.which("npm") is None:
            pytest.skip("no npm on PATH to fetch axe-core with")
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(cache)]
        subprocess.run(command, check=True, timeout=120, stdout=subprocess.DEVNULL)
        archive = cache / f"axe-core-{VERSION}.tgz"
        with tarfile.open(archive) as packed:
            script = packed.extractfile("package/axe.min.js")
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_bytes(script.read())
        fresh.replace(kept)
        archive.unlink(missing_ok=True)
    return kept.read_text(encoding="utf-8")


def serious_faults(page, source: str) -> dict[str, list[str]]:
    """Return what axe-core finds on a page: address and rule -> the elements concerned."""
    page.evaluate(source)
    violations = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return {
        f"{page.url} {fault['id']}: {fault['help']}": [node["html"][:160] for node in fault["nodes"][:4]]
        for fault in violations
        if fault["impact"] in _SERIOUS
    }
