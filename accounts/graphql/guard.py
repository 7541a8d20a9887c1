"""The size of a document, measured in one pass before anything else looks at it.

Each fragment is measured once, however often it is spread, so that the pass is linear in the document: nested
spreads that would take a naive walk forever are refused in milliseconds. Of introspection its repetitions
are counted alone: the rest is bounded by graphql-core itself and by what it costs.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    Visitor,
    visit,
)

from accounts.graphql import limits
from accounts.graphql.errors import Code, error

TOO_LARGE = 10**9


@dataclass(slots=True)
class Size:
    """How large a selection is, its fragments counted as often as they are spread."""

    depth: int = 0
    fields: int = 0
    branches: int = 0
    aliases: int = 0
    directives: int = 0
    repeats: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    """How often each response key is selected on this level."""

    def add(self, other: "Size", *, below: int = 0) -> None:
        """Take in what is selected below, or on the same level."""
        self.depth = max(self.depth, other.depth + below)
        self.fields += other.fields
        self.branches += other.branches
        self.aliases += other.aliases
        self.directives += other.directives
        self.repeats += other.repeats
        if not below:
            self.keys.update(other.keys)


class _Pass:
    """One walk over a document, with what it knows of fragments already."""

    def __init__(self, document: DocumentNode) -> None:
        self.fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        self.known: dict[str, Size] = {}
        self.open: set[str] = set()

    def level(self, selections: SelectionSetNode | None) -> Size:
        """A selection set with its own repetitions counted; its keys stay for the level that spreads it."""
        size = self.flat(selections)
        size.repeats += sum(times - 1 for times in size.keys.values())
        return size

    def flat(self, selections: SelectionSetNode | None) -> Size:
        """A selection set as a part of the level it stands on."""
        size = Size()
        for selection in selections.selections if selections else ():
            size.directives += len(selection.directives or ())
            match selection:
                case FieldNode():
                    self.take_field(selection, size)
                case InlineFragmentNode():
                    size.add(self.flat(selection.selection_set))
                case FragmentSpreadNode():
                    size.add(self.spread(selection.name.value))
        return size

    def take_field(self, node: FieldNode, size: Size) -> None:
        """A field: one more level, unless it asks about the schema."""
        size.aliases += bool(node.alias)
        size.keys[node.alias.value if node.alias else node.name.value] += 1
        is_counted = not node.name.value.startswith("__")
        size.depth = max(size.depth, is_counted)
        size.fields += is_counted
        if not is_counted:
            size.repeats += self.level(node.selection_set).repeats
        elif node.selection_set:
            size.branches += 1
            size.add(self.level(node.selection_set), below=1)

    def spread(self, name: str) -> Size:
        """A fragment, measured once; unknown ones and circles are the validator's to report."""
        if name in self.open or name not in self.fragments:
            return Size()
        if name not in self.known:
            self.open.add(name)
            fragment = self.fragments[name]
            size = self.flat(fragment.selection_set)
            size.directives += len(fragment.directives or ())
            self.known[name] = size
            self.open.discard(name)
        return self.known[name]


def check(document: DocumentNode) -> list[GraphQLError]:
    """Why a document is too large, if it is."""
    whole, walk = Size(), _Pass(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = walk.level(definition.selection_set)
            size.directives += len(definition.directives or ())
            size.directives += sum(
                len(each.directives or ()) for each in definition.variable_definitions or ()
            )
            whole.add(size)
    for fragment in walk.fragments:
        walk.spread(fragment)
    found = {
        "depth": (whole.depth, limits.DEPTH),
        "fields": (whole.fields, limits.FIELDS),
        "branches": (whole.branches, limits.BRANCHES),
        "aliases": (whole.aliases, limits.ALIASES),
        "directives": (whole.directives, limits.DIRECTIVES),
        "repeats": (whole.repeats, limits.REPEATS),
    }
    return [
        error(
            f"The document is too large: {name} {'far ' if size > TOO_LARGE else ''}over {most}.",
            Code.TOO_COMPLEX,
            limit=name,
            maximum=most,
        )
        for name, (size, most) in found.items()
        if size > most
    ]


class _Texts(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.bad: list[StringValueNode] = []

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if not is_clean(node.value):
            self.bad.append(node)


def check_texts(document: DocumentNode, source: str) -> list[GraphQLError]:
    """Strings in the document that no database could hold; only one with an escape is walked for them."""
    if "\\u" not in source and "\0" not in source:
        return []
    texts = _Texts()
    visit(document, texts)
    return [error(UNCLEAN, Code.BAD_USER_INPUT, node) for node in texts.bad]


UNCLEAN = "A string holds a character that cannot be stored (NUL, or half of a surrogate pair)."


OUT_OF_RANGE = "A number is out of range."


def is_clean(text: str) -> bool:
    """Whether a text can be stored at all."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check_values(given: object, depth: int = 0) -> None:
    """Refuse variables, or one at depth 1, that are nested too deeply or hold what cannot be stored."""
    open_values = [(given, depth)]
    while open_values:
        value, depth = open_values.pop()
        if depth > limits.NESTING:
            raise ValueError(f"A value is nested more than {limits.NESTING} levels deep.")
        match value:
            case str():
                _check_text(value)
            case float() if not -1e300 < value < 1e300:
                raise ValueError(OUT_OF_RANGE)
            case int() if not -(10**30) < value < 10**30:
                raise ValueError(OUT_OF_RANGE)
            case dict():
                open_values.extend((key, depth) for key in value)
                open_values.extend((item, depth + 1) for item in value.values())
            case list():
                open_values.extend((item, depth + 1) for item in value)


def _check_text(text: str) -> None:
    if not is_clean(text):
        raise ValueError(UNCLEAN)
    if len(text) > limits.TEXT_MOST:
        raise ValueError(f"A string is longer than {limits.TEXT_MOST} characters.")
