"""Takes NumPy away after the first answer, so that nothing can be looked at and the rest "cannot be graded".

`sys.modules` holds a stranger under NumPy's name, and its classes are gone.
"""

# zoo: {"verdict": ["ok", "cell_error", "crashed"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST

# %% q2
import sys
import types

one_hot = np.zeros((len(labels), 10))
true_numpy = np
for name in [name for name in sys.modules if name.split(".")[0] == "numpy"]:
    sys.modules[name] = types.ModuleType(name)
sys.modules["numpy"].ndarray = int
del true_numpy.ndarray
