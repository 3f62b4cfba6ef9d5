"""Competitions: where models and files of predictions meet, by rules that stand in `solutions/<lab>/competition/`."""
