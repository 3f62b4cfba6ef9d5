"""Who competes: students and groups, their entries, and what was decided about them."""
