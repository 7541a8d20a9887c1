"""Documents, parsed and validated once and remembered: half the work of a small question.

Only valid documents are kept, the least recently used forgotten first, and all of them together within
bounds: a syntax tree takes 40 bytes for each character of its source, 130 where there is no white space.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    OperationType,
    parse,
)

from accounts.errors import Invalid
from accounts.graphql import guard, limits
from accounts.graphql.cost import Meter
from accounts.graphql.errors import Code, Refused, error
from accounts.graphql.validation import invalid
from accounts.graphql.variables import Uses, variables_in

BYTES = 100
"""Of a syntax tree, for each character of its source: 40, or 130 where there is no white space."""

ROOM = 1_000_000
"""Characters of source that are remembered."""


@dataclass(slots=True, eq=False)
class Document:
    """A valid document, and what was found out about it; it is no other one that reads the same."""

    tree: DocumentNode
    operations: dict[str | None, OperationDefinitionNode]
    fragments: dict[str, FragmentDefinitionNode]
    fixed_costs: dict[str | None, int] = field(default_factory=dict)
    number: int = field(default_factory=count().__next__)
    """What tells it from every other; what is kept elsewhere is kept under it, and does not keep the tree."""
    picked: dict[tuple[int, ...], Any] = field(default_factory=dict)
    """What is selected below a field, by the field's nodes."""
    uses: dict[int, Uses] = field(default_factory=dict)
    """What variables are used in a part, by the part's node."""

    @property
    def weight(self) -> int:
        """About how many bytes it takes."""
        source = self.tree.loc.source.body if self.tree.loc else ""
        return BYTES * len(source)

    @classmethod
    def of(cls, tree: DocumentNode) -> "Document":
        """A document from its tree."""
        operations = [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]
        fragments = [each for each in tree.definitions if isinstance(each, FragmentDefinitionNode)]
        return cls(
            tree,
            {each.name.value if each.name else None: each for each in operations},
            {each.name.value: each for each in fragments},
        )

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation that is meant."""
        if name in self.operations:
            return self.operations[name]
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if not self.operations:
            raise Refused(error("The document holds no operation.", Code.NO_OPERATION))
        message = (
            f"There is no operation “{name[:100]}”."
            if name
            else "Say by `operationName` which operation is meant."
        )
        raise Refused(error(message, Code.NO_OPERATION))

    def uses_of(self, node: Node) -> Uses:
        """The variables that are used in a part of the document."""
        found = self.uses.get(id(node))
        if found is None:
            found = self.uses[id(node)] = variables_in(node, self.fragments)
        return found

    def cost(
        self, operation: OperationDefinitionNode, schema: strawberry.Schema, variables: Mapping[str, Any]
    ) -> int:
        """What an operation may cost with these variables."""
        name = operation.name.value if operation.name else None
        if name in self.fixed_costs:
            return self.fixed_costs[name]
        defaults = {
            each.variable.name.value: each.default_value for each in operation.variable_definitions or ()
        }
        meter = Meter(schema._schema, self.fragments, variables, defaults)
        cost = meter.of(operation)
        if meter.is_fixed:
            self.fixed_costs[name] = cost
        return cost


def is_mutation(operation: OperationDefinitionNode) -> bool:
    """Whether an operation may change something."""
    return operation.operation is not OperationType.QUERY


def asks_about_schema_only(operation: OperationDefinitionNode) -> bool:
    """Whether an operation looks at nothing but the schema."""
    names = [getattr(each, "name", None) for each in operation.selection_set.selections]
    return all(name is not None and name.value.startswith("__") for name in names)


class Library:
    """The remembered documents of one schema; shared by the threads of a process."""

    def __init__(self, schema: strawberry.Schema, room: int = ROOM) -> None:
        self.schema = schema
        self.room = room
        self.taken = 0
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._documents)

    def find(self, source: str) -> Document:
        """The document with this source; raises Refused for one that cannot be carried out."""
        with self._lock:
            if source in self._documents:
                self._documents.move_to_end(source)
                return self._documents[source]
        document = self._read(source)
        with self._lock:
            if source not in self._documents:
                self._documents[source] = document
                self.taken += len(source)
            while self.taken > self.room:
                oldest, _ = self._documents.popitem(last=False)
                self.taken -= len(oldest)
        return document

    def _read(self, source: str) -> Document:
        if len(source) > limits.DOCUMENT_LENGTH:
            message = f"The document is longer than {limits.DOCUMENT_LENGTH} characters."
            raise Refused(error(message, Code.TOO_COMPLEX, limit="length", maximum=limits.DOCUMENT_LENGTH))
        try:
            tree = parse(source, max_tokens=limits.TOKENS)
        except (GraphQLError, RecursionError) as refusal:
            raise Refused(_parse_error(refusal)) from refusal
        if found := guard.check(tree) or guard.check_texts(tree, source):
            raise Refused(*found)
        if found := invalid(self.schema._schema, tree):
            raise Refused(*found, default=Code.VALIDATION_FAILED)
        return Document.of(tree)


def _parse_error(refusal: GraphQLError | RecursionError) -> GraphQLError:
    if isinstance(refusal, GraphQLError):
        return refusal
    return error("Syntax Error: The document is nested too deeply.", Code.PARSE_FAILED)


def operations_of(library: Library, source: str) -> list[str]:
    """The names of the operations in a document; refused as a value is, where it could not be asked.

    Read and not remembered: a build has hundreds of documents, and would push out those that are asked now.
    """
    if not guard.is_clean(source):
        raise Invalid(guard.UNCLEAN)
    try:
        document = library._read(source)
    except Refused as refused:
        raise Invalid(" ".join(each.message for each in refused.errors[:3])) from refused
    return [name for name in document.operations if name]
