"""Results out of deepgrade and into the tools that a course uses, and back: nbgrader, otter, Gradescope, Canvas, Moodle.

outgoing/      a lab's grades for nbgrader's gradebook, otter, Canvas and Moodle
incoming/      results that otter or nbgrader made, for a course of ours
"""
