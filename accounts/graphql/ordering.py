"""Orders: by what a list may be sorted, declared beside its type.

@orders(Person)
class PersonOrder:
    name: Direction
    company_name: Annotated[Direction, on("company__name")]
"""

import enum
from collections.abc import Callable, Sequence
from typing import Any, dataclass_transform

import strawberry
from django.db.models import Model
from strawberry import UNSET
from strawberry.types.base import get_object_definition

from accounts.errors import Invalid, LimitExceeded
from accounts.graphql.context import Context
from accounts.graphql.filtering import OnColumn, declared

MOST = 5


@strawberry.enum(description="Which way. Unknown values come last either way.")
class Direction(enum.Enum):
    ASC = strawberry.enum_value("ASC", description="The least, earliest or first letter first.")
    DESC = strawberry.enum_value("DESC", description="The greatest, latest or last letter first.")


@dataclass_transform(kw_only_default=True)
def orders[T: type](model: type[Model]) -> Callable[[T], T]:
    """Make a class of annotations the ordering input of a model."""

    def decorate(cls: T) -> T:
        annotations = dict(cls.__annotations__)
        for name, annotation in annotations.items():
            kind, how = declared(name, annotation)
            annotations[name] = kind | None
            description = how.says(model) if isinstance(how, OnColumn) else how.description
            setattr(
                cls, name, strawberry.field(default=UNSET, description=description, metadata={"how": how})
            )
        cls.__annotations__ = annotations
        text = f"By what to sort, of: {model._meta.verbose_name_plural}. Give one field in each item."
        return strawberry.input(cls, description=text)

    return decorate


def names_of(given: Sequence[Any] | None, context: Context) -> list[str]:
    """An order in Django's own words, if the actor may see what it sorts by."""
    if given and len(given) > MOST:
        raise LimitExceeded(f"An order holds at most {MOST} items.")
    return [_name(each, context) for each in given or ()]


def _name(given: Any, context: Context) -> str:
    fields = get_object_definition(given, strict=True).fields
    chosen = [
        (each, value) for each in fields if isinstance(value := getattr(given, each.python_name), Direction)
    ]
    if len(chosen) != 1:
        raise Invalid("Give one field in each item of `ordering`.")
    each, direction = chosen[0]
    how: OnColumn = each.metadata["how"]
    if how.needs:
        context.actor.require(how.needs)
    return f"-{how.path}" if direction is Direction.DESC else how.path
