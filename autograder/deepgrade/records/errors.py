"""What the gradebook tells people."""


class GradebookError(Exception):
    """The gradebook cannot do what was asked; the message says what to do next."""
