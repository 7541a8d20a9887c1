"""Refusals: problems that the caller can mend. A refusal is data; anything else that is raised is a bug.

DomainError
 ├ Invalid        a value does not fit
 ├ NotFound       what was named is not here, or not for this actor
 ├ Conflict       it was fine, but something else is already so
 ├ Forbidden      the actor may not
 └ LimitExceeded  too many, too large, too often
"""

from typing import ClassVar

from django.db.models import TextChoices


class ErrorCode(TextChoices):
    """The closed list of reasons for a refusal."""

    INVALID = "INVALID", "A value does not fit."
    NOT_FOUND = "NOT_FOUND", "What was named is not here."
    CONFLICT = "CONFLICT", "Something else is already so."
    FORBIDDEN = "FORBIDDEN", "You may not do this."
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED", "Too many, too large or too often."


class DomainError(Exception):
    """A refusal with a message for people, a code for programs, and the field it is about.

    `field` is a dotted path in snake_case into the caller's input, or None when it is about the whole.
    """

    code: ClassVar[ErrorCode]

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(DomainError):
    """A value does not fit."""

    code = ErrorCode.INVALID


class NotFound(DomainError):
    """What was named is not here, or not for this actor."""

    code = ErrorCode.NOT_FOUND


class Conflict(DomainError):
    """It was fine by itself, but something else is already so."""

    code = ErrorCode.CONFLICT


class Forbidden(DomainError):
    """The actor may not."""

    code = ErrorCode.FORBIDDEN


class LimitExceeded(DomainError):
    """Too many, too large, or too often."""

    code = ErrorCode.LIMIT_EXCEEDED
