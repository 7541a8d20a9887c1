"""Adds fields to a type of an app below, from an app above, before the schema is built.

    extend(PersonNode, responses=connection(ResponseNode, by="person", description="What they answered."))

So the graph is connected while the imports still point down. Import every module that extends before the
schema is made: what comes after is ignored, and the committed SDL would show it.
"""

from typing import Any

from accounts.graphql.nodes import Computed, definition_of, shape_of


def extend(node: type, **fields: Any) -> None:
    """Give a type more fields."""
    definition = definition_of(node)
    for name, field in fields.items():
        if any(known.python_name == name for known in definition.fields):
            raise ValueError(f"{node.__name__}.{name} is there already.")
        field.python_name = name
        field.origin = node
        definition.fields.append(field)
        if isinstance(field, Computed):
            field.register(shape_of(node))
