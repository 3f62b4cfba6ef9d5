"""The same hostile submissions under `otter run` and `nbgrader autograde`, for comparison."""
