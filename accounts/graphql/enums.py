"""Closed lists in the schema: Django's choices, with their labels as descriptions."""

import inspect

import strawberry
from django.db.models import TextChoices


def described[T: type[TextChoices]](choices: T, name: str | None = None) -> T:
    """Make choices an enum of the schema; once for each."""
    if "__strawberry_definition__" not in choices.__dict__:
        strawberry.enum(choices, name=name, description=inspect.getdoc(choices))
        for value in choices.__strawberry_definition__.values:  # type: ignore[attr-defined]
            value.description = str(choices[value.name].label)
    return choices
