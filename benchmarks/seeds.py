"""How much do the reference solution's hidden accuracies vary with the random seed?

    python benchmarks/seeds.py --lab le5 --runs 8 --data synthetic --size quick --store STORE

Grades the solution with other seeds and prints, for each scored model, n, mean, standard deviation, and the
accuracy below which fewer than 1 in 1,000 correct students would fall if accuracies were normally
distributed (mean - 3.09 sd; with few runs an estimate, to be rounded down).
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
from pathlib import Path

from rich.console import Console

from deepgrade.cli.progress import GradeProgress
from deepgrade.data import DataStore
from deepgrade.flavours import solved_notebook
from deepgrade.grading import GradeRequest, grade, open_gradebook
from deepgrade.lab import LabFiles, find_root
from deepgrade.records import Course

_SEED = re.compile(r"set_random_seed\((\d+)\)")
_SD_OF_ONE_IN_A_THOUSAND = 3.09


def main() -> None:
    """Grade and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lab", default="le5")
    parser.add_argument("--runs", type=int, default=8)
    parser.add_argument("--data", default="synthetic", choices=["real", "synthetic"])
    parser.add_argument("--size", default="quick", choices=["full", "quick"])
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--course", type=Path, default=Path("course/seeds"))
    options = parser.parse_args()
    files = LabFiles(find_root(Path()), options.lab)
    course = Course(options.course)
    master = files.master.read_text(encoding="utf-8")
    folder = course.root / "submissions"
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(1, options.runs + 1):
        notebook = solved_notebook(files, "otter", _SEED.sub(f"set_random_seed({seed})", master))
        (folder / f"seed-{seed:03}.ipynb").write_text(json.dumps(notebook))
    request = GradeRequest(files, [folder], course, DataStore(options.store), options.data, options.size)
    with GradeProgress(Console()) as progress:
        grade(request, progress)
    values: dict[str, list[float]] = {}
    lost = 0
    with open_gradebook(course) as gradebook:
        for entry in gradebook.entries(files.name):
            if entry.score is None:
                continue
            lost += entry.score.automatic_points < entry.score.automatic_possible - 1e-9
            for score in entry.score.model_scores:
                if score.value is not None:
                    values.setdefault(f"{score.question}/{score.name}", []).append(score.value)
    for name, found in sorted(values.items()):
        mean, sd = statistics.mean(found), statistics.stdev(found)
        limit = mean - _SD_OF_ONE_IN_A_THOUSAND * sd
        print(f"{name}: n {len(found)}, mean {mean:.4f}, sd {sd:.4f}, 1 in 1,000 below {limit:.4f}")
    print(f"{lost} of {options.runs} runs lost an automatic point")


if __name__ == "__main__":
    main()
