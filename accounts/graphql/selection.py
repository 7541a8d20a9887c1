"""What is selected below a field: which expressions to compute, and whether anybody wants a cursor.

Found once per document and field, and remembered with the document. `@skip` and `@include` are not looked at
below the field: to compute a little too much does no harm.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionNode

from accounts.graphql.context import Info

MOST = 1_000
"""Selections of a document that are remembered; directives can make more of them than fields."""


@dataclass(frozen=True, slots=True)
class Selected:
    """The names of what is selected of each row, and whether its cursor is."""

    names: frozenset[str]
    wants_cursor: bool


type Fragments = Mapping[str, FragmentDefinitionNode]
type Finder = Callable[[Iterable[FieldNode], Fragments], Selected]


def of_rows(info: Info) -> Selected:
    """What is selected of the rows of a connection."""
    return _remembered(info, _of_connection)


def of_row(info: Info) -> Selected:
    """What is selected of the one row that a field is."""
    return _remembered(
        info, lambda nodes, fragments: Selected(_names(_below(nodes, fragments)), wants_cursor=False)
    )


def _remembered(info: Info, find: Finder) -> Selected:
    nodes, document = info._raw_info.field_nodes, info.context.document
    key = tuple(map(id, nodes))  # which nodes are merged is `@skip`'s and `@include`'s to say
    found = document.picked.get(key)
    if found is None:
        if len(document.picked) >= MOST:
            document.picked.clear()
        found = document.picked[key] = find(nodes, document.fragments)
    return found


def _of_connection(nodes: Iterable[FieldNode], fragments: Fragments) -> Selected:
    parts = list(_below(nodes, fragments))
    edges = list(_below([part for part in parts if part.name.value == "edges"], fragments))
    rows = [part for part in parts if part.name.value == "nodes"]
    rows += [part for part in edges if part.name.value == "node"]
    page_info = _below([part for part in parts if part.name.value == "pageInfo"], fragments)
    wants_cursor = "cursor" in _names(edges) or bool(_names(page_info) & {"startCursor", "endCursor"})
    return Selected(_names(_below(rows, fragments)), wants_cursor)


def _names(fields: Iterable[FieldNode]) -> frozenset[str]:
    return frozenset(field.name.value for field in fields)


def _below(nodes: Iterable[FieldNode], fragments: Fragments) -> Iterator[FieldNode]:
    for node in nodes:
        if node.selection_set:
            yield from _flat(node.selection_set.selections, fragments)


def _flat(selections: Iterable[SelectionNode], fragments: Fragments) -> Iterator[FieldNode]:
    for selection in selections:
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            yield from _flat(selection.selection_set.selections, fragments)
        elif isinstance(selection, FragmentSpreadNode):
            yield from _flat(fragments[selection.name.value].selection_set.selections, fragments)
