"""What goes wrong with accounts."""


class AccessError(Exception):
    """An account or the way in is not as it should be; the message says what to do next."""
