"""The rules of a board, as pure functions: rank, choice, limits, dates, who sees what, names, points."""
