"""Errors that a person can act on. Their text is shown as it is."""

from __future__ import annotations


class KerbsideError(Exception):
    """Base of every expected error; ``str(error)`` is one clear line that says what to do."""


class IllegalStep(KerbsideError):
    """An order was asked to take a step that its status does not allow."""


class CommandRefused(KerbsideError):
    """A command can't be carried out as things stand."""


class UnknownThing(CommandRefused):
    """A command names an order, driver, merchant or area that does not exist."""


class BadInput(KerbsideError):
    """A file, a message or a setting can't be read."""
