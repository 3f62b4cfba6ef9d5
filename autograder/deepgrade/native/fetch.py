"""Get the data that a bundle grades with: `python -m deepgrade.native.fetch BUNDLE... --store DIR`, when an image is built."""

from __future__ import annotations

import argparse
from pathlib import Path

from deepgrade.data import DataStore
from deepgrade.native.facts import read_facts


def main() -> None:
    """Download or generate each bundle's data sets; what is in the store already is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("bundles", nargs="+", type=Path)
    parser.add_argument("--store", type=Path, required=True)
    options = parser.parse_args()
    store = DataStore(options.store)
    for facts in map(read_facts, options.bundles):
        for name in facts.sets:
            if store.ensure(name, facts.origin, facts.size):
                print(f"data set {name}: {facts.origin}, {facts.size}", flush=True)


if __name__ == "__main__":
    main()
