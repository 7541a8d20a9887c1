"""One row: by its id at the root, or the one that a row points at, or that points at it.

Read once for a whole group, and only if it may be seen. Such a field is null where there is no such row and
where the actor may not see it; so it is never required.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from django.db.models import Model, QuerySet
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from accounts.errors import Invalid, LimitExceeded, NotFound
from accounts.graphql import limits, selection
from accounts.graphql.context import Info
from accounts.graphql.fields import argument
from accounts.graphql.ids import key_of, read_id
from accounts.graphql.nodes import NODES, Column, Node, known, rows_of, shape_of


@dataclass(frozen=True, slots=True)
class One:
    """A to-one relation, declared: the row's attribute with a key, and the target's field that it is."""

    target: type
    key: str
    by: str = "pk"


class OneField(Column):
    """One row, or nothing."""

    one: One

    @property
    def is_basic_field(self) -> bool:
        """Never: the row is read when it is asked for."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The row."""
        one = self.one
        key = getattr(source, one.key)
        if key is None:
            return None

        def load(group: Sequence[Any]) -> dict[Any, Any]:
            keys = {getattr(row, one.key) for row in group} - {None}
            rows = rows_of(one.target, info.context, selection.of_row(info))
            return {getattr(row, one.by): row for row in rows.filter(**{f"{one.by}__in": keys})}

        return known(info, source, load).get(key)


def one(target: type, key: str, *, description: str, by: str = "pk") -> Any:
    """One row: `one(CompanyNode, "company_id")`, or `one(AccountNode, "pk", by="company_id")`."""
    made = OneField(description=description, type_annotation=StrawberryAnnotation(target | None))
    made.one = One(target, key, by)
    return made


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of each row of a group, worked out for all of them at once: by their keys, for an actor."""

    of_each: Callable[..., Mapping[Any, Any]]
    key: str = "pk"


class FigureField(Column):
    """A figure that is more than an expression, such as one with a margin of error.

    It is Python, but runs once for a group and not for each row; a plan would leave it to be added on top.
    """

    figure: Figure

    @property
    def is_basic_field(self) -> bool:
        """Never: it is worked out when it is asked for."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The row's figure."""
        figure = self.figure

        def load(group: Sequence[Any]) -> Mapping[Any, Any]:
            keys = {getattr(row, figure.key) for row in group} - {None}
            return figure.of_each(sorted(keys), info.context, **kwargs)

        return known(info, source, load).get(getattr(source, figure.key))


def of_each(
    kind: Any,
    figure: Callable[..., Mapping[Any, Any]],
    *,
    description: str,
    key: str = "pk",
    arguments: Sequence[StrawberryArgument] = (),
) -> Any:
    """A field that is a figure of its row."""
    made = FigureField(description=description, type_annotation=StrawberryAnnotation(kind))
    made.figure = Figure(figure, key)
    made.arguments = list(arguments)
    return made


class SingleField(Column):
    """The row with the id that is given, or nothing."""

    target: type

    @property
    def is_basic_field(self) -> bool:
        """Never: it takes an argument."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Model | None:
        """The row."""
        key = key_of(kwargs["id"], shape_of(self.target).name)
        return rows_of(self.target, info.context, selection.of_row(info)).filter(pk=key).first()


class OnlyField(Column):
    """The one row that is meant whoever asks, or nothing."""

    target: type
    which: Callable[[Any], QuerySet]

    @property
    def is_basic_field(self) -> bool:
        """Never: the row is read when it is asked for."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Model | None:
        """The row."""
        return self.which(rows_of(self.target, info.context, selection.of_row(info))).first()


class AnyField(Column):
    """The row with the id that is given, of whatever type it is."""

    @property
    def is_basic_field(self) -> bool:
        """Never: it takes an argument."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Model | None:
        """The row."""
        (row,) = _any_rows([kwargs["id"]], info)
        return row


class AnyFieldList(Column):
    """The rows with the ids that are given, in their order; of each type one statement."""

    @property
    def is_basic_field(self) -> bool:
        """Never: it takes an argument."""
        return False

    def get_result(
        self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]
    ) -> list[Model | None]:
        """The rows, and null where the actor sees none."""
        return _any_rows(not_too_many(kwargs["ids"]), info)


def not_too_many(ids: Sequence[str]) -> Sequence[str]:
    """The ids, if they are as many as may be asked for at once."""
    if len(ids) > limits.LIST_MOST:
        raise LimitExceeded(f"At most {limits.LIST_MOST} ids.")
    return ids


def node_in(id: str) -> tuple[str, UUID]:
    """The type and key in an id; refused where it is of no type of ours."""
    name, key = read_id(id)
    if name not in NODES:
        raise Invalid("This is no id.")
    return name, key


def _any_rows(ids: Sequence[str], info: Info) -> list[Model | None]:
    asked = [node_in(each) for each in ids]
    keys: dict[str, set[UUID]] = defaultdict(set)
    for name, key in asked:
        keys[name].add(key)
    rows = {
        (name, row.pk): row
        for name, wanted in keys.items()
        for row in rows_of(NODES[name], info.context, selection.of_row(info)).filter(pk__in=wanted)
    }
    return [rows.get(each) for each in asked]


def any_node(*, description: str) -> Any:
    """A field of the root that is any row, by its id."""
    made = AnyField(description=description, type_annotation=StrawberryAnnotation(Node | None))
    made.arguments = [argument("id", strawberry.ID, "The object's id.")]
    return made


def any_nodes(*, description: str) -> Any:
    """A field of the root that is any rows, by their ids."""
    made = AnyFieldList(description=description, type_annotation=StrawberryAnnotation(list[Node | None]))
    made.arguments = [argument("ids", list[strawberry.ID], "The objects' ids.")]
    return made


def single(target: type, *, description: str) -> Any:
    """A field of the root that is one row, by its id."""
    made = SingleField(description=description, type_annotation=StrawberryAnnotation(target | None))
    made.target = target
    made.arguments = [argument("id", strawberry.ID, "Its id.")]
    return made


def only(target: type, which: Callable[[Any], QuerySet], *, description: str) -> Any:
    """A field of the root that is one row without an id; of `which` there is never more than one."""
    made = OnlyField(description=description, type_annotation=StrawberryAnnotation(target | None))
    made.target, made.which = target, which
    return made


def seen(target: type, id: str, info: Info, *, field: str = "id") -> Any:
    """The row that an id in an input means; refused where the actor sees none, or may see none at all."""
    name, rows = shape_of(target).name, rows_of(target, info.context)
    row = rows.filter(pk=key_of(id, name, field=field)).first()
    if row is None:
        if see := getattr(rows, "see", None):
            info.context.actor.require(see)
        raise NotFound(f"There is no such {name}.", field=field)
    return row
