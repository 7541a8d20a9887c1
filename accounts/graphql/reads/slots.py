"""What a statement leaves open: ids and cursors, which differ from request to request as nothing else does.

So is what a plan knows of who asks, for others may share the statement. Everything else that a request gives
(sizes, filters, orders, searches) is written into the statement, and is a part of the key that it is kept
under (`keys`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from sys import getsizeof
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, DecimalField, Field, TextField, UUIDField
from django.db.models.expressions import Expression
from graphql import FieldNode, VariableNode

from accounts.graphql.ids import key_of
from accounts.graphql.keyset import Keyset
from accounts.graphql.relations import node_in, not_too_many


class Given(NamedTuple):
    """One parameter of a statement: which use of a variable, and which of its values."""

    use: int
    place: int


class Slot(Expression):
    """A value that comes with the request."""

    def __init__(self, given: Given, column: Field) -> None:
        super().__init__(output_field=column)
        self.given = given
        self.column = column

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """A placeholder, with the type that the column compares itself to."""
        return f"%s::{_type(self.column, connection)}", (self.given,)


def _type(column: Field, connection: Any) -> str:
    match column:  # neither cut off nor rounded: a value is compared as it is
        case CharField() | TextField():
            return "text"
        case DecimalField():
            return "numeric"
    return str(column.db_type(connection))


def _names_and_keys(ids: Sequence[str]) -> tuple[list[str], list[UUID]]:
    found = [node_in(each) for each in not_too_many(ids)]
    return [name for name, _ in found], [key for _, key in found]


@dataclass(frozen=True, slots=True)
class Use:
    """A variable, and how its values are read."""

    variable: str
    read: Callable[[Any], Sequence[Any]]

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 300 + getsizeof(self.variable)

    def values(self, variables: Mapping[str, Any]) -> Sequence[Any]:
        """The values; raises Invalid where the variable is not what it was taken for."""
        return self.read(variables[self.variable])


@dataclass(frozen=True, slots=True)
class Own:
    """A value of the plan's own, such as the asker's name: the statement without it is everybody's."""

    value: Any

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return 100 + getsizeof(self.value)

    def values(self, _: Mapping[str, Any]) -> Sequence[Any]:
        """The value."""
        return [self.value]


@dataclass(slots=True)
class Slots:
    """The variables of one request that are left open, and what became of them."""

    variables: Mapping[str, Any]
    uses: list[Use | Own] = field(default_factory=list)

    def own(self, value: Any) -> Given:
        """A value that is left open, too, though it comes with no request."""
        self.uses.append(Own(value))
        return Given(len(self.uses) - 1, 0)

    def key(self, node: FieldNode, name: str, given: str, argument: str = "id") -> Any:
        """The key in an id of this type; raises Invalid where it is none."""
        key = key_of(given, name)
        variable = self._variable(node, argument)
        if variable is None:
            return key
        self.uses.append(Use(variable, lambda text: [key_of(text, name)]))
        return Slot(Given(len(self.uses) - 1, 0), UUIDField())

    def keys(self, node: FieldNode, given: Sequence[str]) -> tuple[Any, Any]:
        """The names of the types in ids, and the keys; raises Invalid where one is no id."""
        variable = self._variable(node, "ids")
        if variable is None:
            names, keys = _names_and_keys(given)
            return names, keys
        self.uses.append(Use(variable, _names_and_keys))
        return Given(len(self.uses) - 1, 0), Given(len(self.uses) - 1, 1)

    def cursor(self, node: FieldNode, argument: str, keyset: Keyset, given: str) -> list[Any]:
        """The values in a cursor of this order; raises Invalid where it is none."""
        values = keyset.read(given)
        variable = self._variable(node, argument)
        if variable is None:
            return values
        self.uses.append(Use(variable, keyset.read))
        use = len(self.uses) - 1
        return [
            None if value is None else Slot(Given(use, place), term.column)
            for place, (term, value) in enumerate(zip(keyset.terms, values, strict=True))
        ]

    def _variable(self, node: FieldNode, argument: str) -> str | None:
        value = next((each.value for each in node.arguments or () if each.name.value == argument), None)
        name = value.name.value if isinstance(value, VariableNode) else None
        return name if name in self.variables else None
