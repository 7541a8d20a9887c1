"""Arguments of the fields that we declare."""

from typing import Any

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.unset import UNSET


def argument(name: str, kind: Any, description: str, *, default: Any = UNSET) -> StrawberryArgument:
    """An argument: its name in Python, its type, and what it is for."""
    return StrawberryArgument(
        python_name=name,
        graphql_name=None,
        type_annotation=StrawberryAnnotation(kind),
        description=description,
        default=default,
    )
