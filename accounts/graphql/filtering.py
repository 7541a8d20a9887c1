"""Filters: what a list may be narrowed by, declared beside its type.

    @filters(Person)
    class PersonFilter:
        name: TextLookup
        last_seen_at: TimeLookup
        in_stage: Annotated[str, where(lambda key, context: ..., "In the stage with this key now.")]

Every field is optional, those given hold together, and `and`, `or`, `not` combine. What a filter may do is
what its lookups say: no regular expressions, lists bounded, at most 50 conditions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Annotated, Any, Self, dataclass_transform, get_args, get_origin

import strawberry
from django.db.models import Model, Q
from strawberry import UNSET
from strawberry.types.base import get_object_definition, has_object_definition

from accounts.errors import LimitExceeded
from accounts.graphql import limits
from accounts.graphql.context import Context
from accounts.graphql.lookups import Lookup, checked
from accounts.permissions import Permission

CONDITIONS = 50


@dataclass(frozen=True, slots=True)
class Where:
    """A condition of its own: from the value given, and who is asking."""

    to_q: Callable[[Any, Context], Q]
    description: str


def where(to_q: Callable[[Any, Context], Q], description: str) -> Where:
    """A condition that is more than a lookup on a column."""
    return Where(to_q, description)


@dataclass(frozen=True, slots=True)
class OnColumn:
    """A lookup on the column of the field's own name, or of another."""

    path: str
    description: str = ""
    needs: Permission | None = None
    """What those who filter or sort by it must be allowed to see."""

    def says(self, model: type[Model]) -> str:
        """What it is about: the column's help text, if nothing else was said."""
        return self.description or _help_text(model, self.path)


def on(path: str, description: str = "", *, needs: Permission | None = None) -> OnColumn:
    """A lookup on a column with another name than the field, or with more to say than its help text."""
    return OnColumn(path, description, needs)


@dataclass_transform(kw_only_default=True)
def filters[T: type](model: type[Model]) -> Callable[[T], T]:
    """Make a class of annotations the filter input of a model."""

    def decorate(cls: T) -> T:
        annotations = dict(cls.__annotations__)
        for name, annotation in annotations.items():
            kind, how = declared(name, annotation)
            annotations[name] = kind | None
            description = how.description if isinstance(how, Where) else how.says(model)
            setattr(
                cls, name, strawberry.field(default=UNSET, description=description, metadata={"how": how})
            )
        for name, kind, description in COMBINED:
            annotations[f"{name}_"] = kind
            setattr(cls, f"{name}_", strawberry.field(default=UNSET, name=name, description=description))
        cls.__annotations__ = annotations
        text = f"Which ones, of: {model._meta.verbose_name_plural}. All that is given holds together."
        return strawberry.input(cls, description=text)

    return decorate


COMBINED: tuple[tuple[str, Any, str], ...] = (
    ("and", list[Self] | None, "All of these hold, too."),  # type: ignore[misc]  # strawberry knows whose
    ("or", list[Self] | None, "At least one of these holds, too."),  # type: ignore[misc]
    ("not", Self | None, "This does not hold."),
)


def declared(name: str, annotation: Any) -> tuple[Any, Where | OnColumn]:
    """What is asked of a field, and how."""
    if get_origin(annotation) is Annotated:
        kind, how = get_args(annotation)
        return kind, how
    return annotation, OnColumn(name)


def _help_text(model: type[Model], path: str) -> str:
    help_text = ""
    for part in path.split("__"):
        found = model._meta.get_field(part)
        model, help_text = found.related_model or model, getattr(found, "help_text", "")
    return str(help_text)


def condition(given: Any, context: Context) -> Q:
    """A filter as a condition of Django's."""
    conditions = list(_conditions(given))
    if len(conditions) > CONDITIONS:
        raise LimitExceeded(f"A filter holds at most {CONDITIONS} conditions.")
    if sum(map(_length, conditions)) > limits.TEXT_MOST:
        raise LimitExceeded(f"A filter holds at most {limits.TEXT_MOST} characters in all.")
    return _condition(given, context)


def _conditions(given: Any) -> Iterator[object]:
    for each in _fields(given):
        value = getattr(given, each.python_name)
        if each.python_name in {"and_", "or_"} and value:
            for part in checked(value):
                yield from _conditions(part)
        elif (each.python_name == "not_" and value) or (
            has_object_definition(value) and not isinstance(value, Lookup)
        ):
            yield from _conditions(value)
        elif value is not UNSET and value is not None:
            yield value


def _length(value: Any) -> int:
    """The characters of a value's texts."""
    match value:
        case str():
            return len(value)
        case list() | tuple():
            return sum(map(_length, value))
    if has_object_definition(value):
        return sum(_length(getattr(value, each.python_name)) for each in _fields(value))
    return 0


def _fields(given: Any) -> Any:
    return get_object_definition(given, strict=True).fields


def _condition(given: Any, context: Context) -> Q:
    found = Q()
    for each in _fields(given):
        value = getattr(given, each.python_name)
        if value is UNSET or value is None:
            continue
        match each.python_name:
            case "and_":
                found &= reduce(Q.__and__, (_condition(part, context) for part in value), Q())
            case "or_":
                found &= reduce(Q.__or__, (_condition(part, context) for part in value), Q())
            case "not_":
                found &= ~_condition(value, context)
            case _:
                found &= _asked(each.metadata["how"], value, context)
    return found


def _asked(how: Where | OnColumn, value: Any, context: Context) -> Q:
    if isinstance(how, Where):
        return how.to_q(value, context)
    if how.needs and not context.actor.may(how.needs):
        return Q(pk__in=[])
    return value.on(how.path) if isinstance(value, Lookup) else Q((how.path, value))
