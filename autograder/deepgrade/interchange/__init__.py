"""Interchange: results out of this grader into other tools, and results of other tools into this one."""
