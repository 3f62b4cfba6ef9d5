"""Objects that act when the grader lets go of them: `__del__` rewrites other answers while evidence is taken."""


# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% q1
class Parting:
    def __init__(self, depth=0):
        self.depth = depth

    def __del__(self):
        globals()["total"] = True
        globals()["one_hot"] = globals()["model"] = "passed"
        globals()["loot"].append("gone")
        if self.depth < 50:
            globals()["last"] = Parting(self.depth + 1)
            del globals()["last"]
        raise SystemExit("from __del__")


class Fleeting(list):
    def __iter__(self):
        return iter([Parting()])

    def __getattribute__(self, name):
        Parting()
        return super().__getattribute__(name)


loot = Fleeting()
total = Parting()
