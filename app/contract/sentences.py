"""What docstrings say, as the documents' sentences."""

import inspect


def summary(thing: object) -> str:
    """The first sentence of a docstring, without its full stop; empty where there is none."""
    return paragraph(thing).partition(". ")[0].removesuffix(".")


def paragraph(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
