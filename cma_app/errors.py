"""What can go wrong that a person can act on; each error carries a sentence for the reader."""


class CmaError(Exception):
    """Something a person can act on; `str(error)` is the sentence they read."""

    sentence = "Something went wrong. Try again, or tell your manager what you were doing."

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        super().__init__(self.sentence)


class SignedOut(CmaError):
    """Nobody is signed in, or the sign-in has ended."""

    sentence = "You are signed out. Sign in to go on."


class Refused(CmaError):
    """The person may not do this; the sentence says who may or what to do instead."""

    sentence = "Your role does not include this. Ask your manager."

    def __init__(self, sentence: str | None = None, act: str | None = None) -> None:
        super().__init__(sentence)
        self.act = act


class NotFound(CmaError):
    """There is no such record for this reader: absent, removed, or another centre's."""

    sentence = "This was not found. It may have been removed, or the address is wrong."


class Conflict(CmaError):
    """The record is no longer what the person saw, or its state forbids the step.

    `theirs` holds the stored values by field name where another person's edit came first, so
    that the screen can show both.
    """

    sentence = "Somebody changed this in the meantime."

    def __init__(self, sentence: str | None = None, theirs: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.theirs = theirs or {}


class Invalid(CmaError):
    """A form has answers that need a change; `fields` maps a field's name to its sentence."""

    sentence = "Some answers need a change."

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        super().__init__(next(iter(fields.values())) if len(fields) == 1 else None)
