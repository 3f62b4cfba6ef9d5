"""Results that otter or nbgrader made become entries of a course: `incoming.taking_over` has the whole way."""
