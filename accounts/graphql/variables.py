"""Which variables a part of a document uses, and for what."""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import Node, TypeNode
from graphql.language.ast import QUERY_DOCUMENT_KEYS

type Uses = Mapping[str, set[str]]
"""Variables, each with the arguments it is given to; "" stands for any other place."""

TEXTS = {"ID", "String"}
"""Types of ids and cursors; a day is neither, even where its argument is called `after`."""


def variables_in(node: Node, fragments: Mapping[str, Any]) -> Uses:
    """The variables that are used in a part of a document."""
    found: dict[str, set[str]] = {}
    for declared in getattr(node, "variable_definitions", None) or ():
        if _name(declared.type) not in TEXTS:
            found[declared.variable.name.value] = {""}
    open_nodes, spread = [(node, "")], set()
    while open_nodes:
        each, argument = open_nodes.pop()
        if each.kind == "variable":
            found.setdefault(each.name.value, set()).add(argument)  # type: ignore[attr-defined]
        elif each.kind == "fragment_spread" and (name := each.name.value) not in spread:  # type: ignore[attr-defined]
            spread.add(name)
            open_nodes.append((fragments[name], ""))
        for child in _children(each):
            is_argument = each.kind == "field" and child.kind == "argument"
            passed = child.name.value if is_argument else argument if each.kind == "argument" else ""  # type: ignore[attr-defined]
            if child.kind != "variable_definition":
                open_nodes.append((child, passed))
    return found


def _name(kind: TypeNode) -> str:
    while hasattr(kind, "type"):
        kind = kind.type
    return str(kind.name.value)  # type: ignore[attr-defined]  # what is left is a name


def _children(node: Node) -> Iterator[Node]:
    for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):
        value = getattr(node, key, None)
        if isinstance(value, Node):
            yield value
        elif value:
            yield from value
