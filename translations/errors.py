"""The error that every layer can raise for the user."""


class UserError(Exception):
    """Something that the user can mend: the message is a sentence, or one a line."""
