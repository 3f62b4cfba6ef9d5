"""Updates a display for ever, under ever new names, each time with a larger picture, and clears what was shown."""

# zoo: {"verdict": ["timeout", "output_limit"], "points": {"q1": 1, "q2": 0, "q3": 0}, "limits": {"wall_s": 8, "cell_s": 3}}
# %% q1
HONEST

# %% q2
from IPython.display import HTML, clear_output, display

handle = display(HTML("first"), display_id="one")
number = 0
while True:
    number += 1
    handle.update(HTML("x" * (number % 100_000)))
    display(HTML(f"<b>{number}</b>"), display_id=f"id-{number}")
    if number % 500 == 0:
        clear_output(wait=number % 1000 == 0)
