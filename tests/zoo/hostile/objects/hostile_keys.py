"""Dictionaries whose keys act: `__eq__`, `__hash__`, `__str__` and `__lt__` run code; keys that are equal once they are text."""


# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% start
class Key(str):
    def __str__(self):
        raise SystemExit("a key was read")

    __repr__ = __format__ = __str__

    def __hash__(self):
        return 1

    def __eq__(self, other):
        return True

    def __lt__(self, other):
        raise KeyboardInterrupt

    encode = isascii = __lt__


# %% q1
total = {Key("total"): 1, Key("points"): 6}
loot = {1: "a", "1": "b", 1.0: "c", True: "d", None: "e", "None": "f", float("nan"): "g", float("nan"): "h"}

# %% q2
one_hot = {(1, 2): 3, b"x": 4, frozenset([1]): 5, Key("x"): {Key("y"): Key("z")}}

# %% q3
model = {"__class__": "Sequential", "$float": "nan", "kind": "model", "../../x": 1, "": 2, "\x00": 3}
test_acc = {"$float": ["nan"]}
