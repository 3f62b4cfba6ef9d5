"""Turns warnings into errors and makes logging raise: a grader that warns while it looks stops in the middle."""

# zoo: {"verdict": ["ok"], "points": {"q1": 1, "q2": 2, "q3": 0}}
# %% start
import logging
import sys
import warnings

warnings.simplefilter("error")
warnings.warn = warnings.showwarning = warnings.filterwarnings = lambda *args, **kwargs: 1 / 0
logging.Logger.handle = logging.Logger._log = lambda *args, **kwargs: 1 / 0
sys.unraisablehook = sys.excepthook = lambda *args: 1 / 0

# %% q1
HONEST

# %% q2
HONEST
