"""Containers that never end: lists with endless iterators, a length of 10^18, generators behind dictionaries."""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% start
import itertools


class Endless(list):
    def __iter__(self):
        return itertools.repeat(0)

    def __len__(self):
        return 10**18

    def __getitem__(self, index):
        return Endless([1])

    def __repr__(self):
        return "x" * 10**9


class EndlessDict(dict):
    def items(self):
        return itertools.repeat((1, 2))

    def __iter__(self):
        return itertools.count()

    keys = values = __iter__


# %% q1
total = Endless([1, 2, 3])
loot = Endless(["x"])

# %% q2
one_hot = [Endless([0]) for _ in range(len(labels))]

# %% q3
model = EndlessDict(a=itertools.count())
test_acc = itertools.cycle([1])
