"""A progress of a grading that nobody watches."""


class Silent:
    """Hears everything and says nothing; tests that listen to something override that."""

    def begin(self, total, slots):
        """Hear how many submissions there are."""

    def started(self, student):
        """Hear of a run that begins."""

    def finished(self, student, outcome, *, stored):
        """Hear of a run that ended."""

    def scoring(self, count):
        """Hear that scoring begins."""

    def note(self, text):
        """Hear what a person may want to know."""
