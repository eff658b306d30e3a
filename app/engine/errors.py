"""Why a server does not start."""


class CannotServe(Exception):
    """The server cannot start here. Its text is one or two sentences for the person who started it."""
