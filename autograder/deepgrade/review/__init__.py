"""Reviews: what people decide beside the checks, what it makes of the points, and what still waits for a person."""
