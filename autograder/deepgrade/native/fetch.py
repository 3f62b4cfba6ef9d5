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
            if (store.root / facts.origin / facts.size / name).is_dir():
                continue
            if facts.origin == "real":
                store.fetch(name)
            else:
                store.synthetic(name, "quick" if facts.size == "quick" else "full")
            print(f"{name}: {facts.origin}, {facts.size}", flush=True)


if __name__ == "__main__":
    main()
