"""Puts a pipe, which nobody writes to, in the journal's place: a reader that opens it waits for ever."""

# zoo: {"verdict": ["crashed"], "points": {"q1": 0, "q2": 0, "q3": 0}, "flags": ["foreign_files"], "says": ["journal"]}
# %% q1
HONEST
# %% q2
os.remove("/box/out/journal.jsonl")
os.mkfifo("/box/out/journal.jsonl")
os._exit(0)
