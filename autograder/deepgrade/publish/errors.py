"""What goes wrong between a report and its readers."""


class PublishError(Exception):
    """Pages cannot be published, printed or mailed; the message says what to do."""
