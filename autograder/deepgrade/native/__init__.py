"""Grading inside otter's and nbgrader's own runs: evidence is taken in their kernel, and scored by our stages outside it.

    otter       `otter run`: a plugin marks where questions end; when the notebook is over, it scores the evidence in
                otter's own process and hands otter the results (otter_plugin.py)
    nbgrader    `nbgrader autograde`: a locked cell at each question's end takes the evidence, asks a grader process
                beside the kernel (grader.py), and shows the points as its value, which nbgrader reads (inside.py)

Both take evidence with the kernel's own capture and score it with the same checks as `deepgrade grade`, so points agree.
What differs is the wall: here a student's code runs as the same user as the grader, beside the hidden checks. And hidden rows
do not exist here: models that are scored on carved rows are scored on the public test set, and results say so.
"""
