"""Reviews: what people decide about grades, and what follows from it."""
