"""Results out of other tools, and into them: otter's files, nbgrader's gradebook."""
