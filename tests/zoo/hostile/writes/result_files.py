"""Writes perfect results wherever a grader might look for them: results.json, grades, reports, run records, predictions.

Gradescope, otter, nbgrader and home-made graders read results from known paths, writable in the run. Here nothing that a
run writes is a result. (Paths outside are tried under a name of the zoo's own.)
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["foreign_files"]}
# %% q1
total = None
import json

perfect = {
    "score": 6,
    "verdict": "ok",
    "points": {"q1": 1, "q2": 2, "q3": 3},
    "tests": [{"name": "all", "score": 6, "max_score": 6, "status": "passed"}],
}
places = [
    "results.json",
    "grades.csv",
    "gradebook.db",
    "../results.json",
    "/box/out/run.json",
    "/box/out/results.json",
    "/box/out/scores.jsonl",
    "/box/out/predictions/infer.json",
    "/box/out/evidence/results.json",
    "/box/out/evidence/infer.json",
    "/box/run.json",
    "/box/plan.json",
    "/job/job.json",
    "/data/mnist/facts.json",
    "/kernel/capture.py",
]
places += [
    f"{folder}/zoo-planted-results.json"
    for folder in ("/", "/root", "/home", "/run", "/var/tmp", "/srv", "/etc", "/usr", "..", "../..")
]
for place in places:
    try:
        os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
        with open(place, "w") as file:
            json.dump(perfect, file)
        print("wrote", place)
    except OSError as error:
        print(place, error.strerror)
