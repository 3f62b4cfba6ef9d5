"""From predictions to scores: metrics with their intervals, both splits at once."""
