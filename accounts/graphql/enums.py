"""Closed lists in the schema: Django's choices, with their labels as descriptions."""

import inspect
from collections.abc import Mapping
from enum import Enum

import strawberry


def described[T: type[Enum]](
    choices: T, name: str | None = None, labels: Mapping[str, str] | None = None
) -> T:
    """Make choices an enum of the schema.

    Once for each, in the app's `vocabulary`, from which the other rooms import it: strawberry gives an enum
    that it meets undescribed a definition of its own.
    """
    strawberry.enum(choices, name=name, description=inspect.getdoc(choices))
    for value in choices.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = (labels or {}).get(value.value) or str(choices[value.name].label)  # type: ignore[attr-defined]
    return choices
