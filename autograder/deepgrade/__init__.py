"""deepgrade: deep-learning labs that grade themselves from evidence."""

__version__ = "0.1.0"
