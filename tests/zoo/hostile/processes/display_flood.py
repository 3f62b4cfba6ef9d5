"""Shows rich outputs for ever: figures, tables and pages have another share than text, which ends too."""

# zoo: {"verdict": ["timeout", "output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}}
# %% q1
HONEST
# %% q2
from IPython.display import HTML, display

one_hot = None
while True:
    display(HTML("<p>" + "x" * 20_000 + "</p>"))
