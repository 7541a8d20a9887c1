"""Types of the graph: a model's columns, shown to those who may see its rows.

    @node(models.Stage, ordering=StageOrder)
    class StageNode(Node):
        key: auto
        title: auto

Everything is declared: a column, an expression (`computed`), a relation (`relations.one`), a page of rows
(`connections.many`). Nothing is fetched row by row: what a field needs is read once for all rows of the group
that were read together, and no rows are shown but those of `visible_to`.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, Unpack, dataclass_transform

import strawberry
import strawberry_django
from django.core.exceptions import FieldDoesNotExist
from django.db.models import FETCH_PEERS, F, Model, QuerySet
from django.db.models.expressions import Expression
from strawberry.schema.name_converter import NameConverter
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry_django.fields.field import StrawberryDjangoField

from accounts.graphql.context import Context, Info
from accounts.graphql.ids import global_id
from accounts.graphql.selection import Selected
from accounts.permissions import Permission

type Rows = Callable[[QuerySet, Context], QuerySet]
type Search = Callable[[Any, str], QuerySet]


class Column(StrawberryDjangoField):
    """A column, read straight off the row."""

    @property
    def is_basic_field(self) -> bool:
        """Whether no resolver is needed; always, so that a row costs as little as it can."""
        return self.base_resolver is None

    @property
    def arguments(self) -> list[StrawberryArgument]:
        """None, but for fields that say so."""
        return self._arguments or []

    @arguments.setter
    def arguments(self, value: list[StrawberryArgument]) -> None:
        self._arguments = value

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The value."""
        if self.base_resolver is not None:
            return self.base_resolver(*args, **kwargs)
        return getattr(source, self.django_name or self.python_name)


class GlobalId(Column):
    """The id of a row in the whole graph."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> str:
        """The type's name and the row's key, encoded."""
        return global_id(self.origin_django_type.origin.__shape__.name, source.pk)  # type: ignore[union-attr]


def _visible(rows: QuerySet, context: Context) -> QuerySet:
    return rows.visible_to(context.actor)  # type: ignore[attr-defined]  # a model without it cannot be shown


@dataclass(slots=True)
class Shape:
    """How the rows of a type are asked for."""

    name: str
    model: type[Model]
    filters: type | None = None
    ordering: type | None = None
    search: Search | None = None
    search_needs: Permission | None = None
    """What those who search must be allowed to see, where it is more than the rows themselves."""
    in_order: Sequence[str] = ("id",)
    rows: Rows = _visible
    expressions: dict[str, tuple[str, Expression | F]] = field(default_factory=dict)
    """By the field's name in the schema: the name on the row, and what is computed."""


@strawberry.interface(description="Anything with an id that holds in the whole graph.")
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque; the same object has the same id everywhere.")

    @classmethod
    def resolve_type(cls, obj: Model, *_: Any) -> str:
        """The type of a row."""
        return NAMES[type(obj)]


NODES: dict[str, type[Node]] = {}
"""Every type of the graph that has an id, by its name."""

NAMES: dict[type[Model], str] = {}
"""The name of a model's type."""


class Asked(TypedDict, total=False):
    """What may be said of the rows of a type; `in_order` is how they come when a client says nothing."""

    filters: type
    ordering: type
    search: Search
    search_needs: Permission
    in_order: Sequence[str]
    rows: Rows


@dataclass_transform(kw_only_default=True)
def node[T: type[Node]](model: type[Model], **asked: Unpack[Asked]) -> Callable[[T], T]:
    """Make a class the type of a model's rows."""

    def decorate(cls: T) -> T:
        name = cls.__name__.removesuffix("Node")
        description = inspect.cleandoc(model.__doc__ or "")
        strawberry_django.type(model, name=name, field_cls=Column, description=description)(cls)
        cls.__shape__ = Shape(name, model, **asked)  # type: ignore[attr-defined]
        definition = get_object_definition(cls, strict=True)
        definition.is_type_of = _always
        definition.fields[:] = [_finished(each, cls, model) for each in definition.fields]
        NODES[name], NAMES[model] = cls, name
        return cls

    return decorate


def _always(row: Any, info: Any) -> bool:
    """A field's rows are of its type; `Node.resolve_type` tells those of a field of any type apart."""
    return True


def shape_of(cls: type) -> Shape:
    """How the rows of a type are asked for."""
    shape: Shape = cls.__shape__  # type: ignore[attr-defined]
    return shape


def _finished(each: Any, cls: type, model: type[Model]) -> Any:
    if each.python_name == "id":
        each.__class__ = GlobalId
    if isinstance(each, Column) and not each.description:
        each.description = _help_text(model, each.django_name or each.python_name)
    if isinstance(each, Computed):
        each.register(shape_of(cls))
    return each


def _help_text(model: type[Model], name: str) -> str | None:
    try:
        return str(getattr(model._meta.get_field(name), "help_text", "")) or None
    except FieldDoesNotExist:
        return None


def column(description: str, name: str | None = None) -> Any:
    """A column whose help text would not do, or that has another name on the row."""
    return Column(description=description, django_name=name)


class BlankIsNull(Column):
    """A column in which an empty text means that nothing is known."""

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The value, or nothing."""
        return getattr(source, self.django_name or self.python_name) or None


def blank_is_null(description: str = "") -> Any:
    """A column whose empty text is shown as null."""
    return BlankIsNull(description=description or None)


class Computed(Column):
    """An expression that the database computes with the rows."""

    expression: Expression | F

    @property
    def is_basic_field(self) -> bool:
        """Never: a row that was read without it, such as one just made, has it computed when asked."""
        return False

    @property
    def key(self) -> str:
        """Its name on the row; the model may have a column of the field's own name."""
        return f"computed_{self.python_name}"

    def register(self, shape: Shape) -> None:
        """Let whoever reads rows know the expression."""
        name = NameConverter().get_graphql_name(self)
        shape.expressions[name] = (self.key, self.expression)

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The value, computed for the whole group where it was not read with it."""
        name = self.key
        if name not in source.__dict__:
            group = peers(source)
            keys = [row.pk for row in group]
            rows = type(source)._default_manager.filter(pk__in=keys).annotate(**{name: self.expression})
            values = dict(rows.values_list("pk", name))
            for row in group:
                row.__dict__[name] = values.get(row.pk)
        return source.__dict__[name]


def computed(expression: Expression | F, description: str) -> Any:
    """A field that is an expression over the row, and needs no Python."""
    made = Computed(description=description)
    made.expression = expression
    return made


def rows_of(cls: type, context: Context, selected: Selected | None = None) -> QuerySet:
    """The rows of a type that the actor may see, with the expressions that are selected."""
    shape = shape_of(cls)
    rows = shape.rows(shape.model._default_manager.order_by(), context).fetch_mode(FETCH_PEERS)
    wanted = selected.names if selected else frozenset()
    expressions = {key: value for name, (key, value) in shape.expressions.items() if name in wanted}
    return rows.annotate(**expressions) if expressions else rows


def peers(row: Model) -> list[Any]:
    """The rows that were read together with this one."""
    alive = (each() for each in row._state.peers)
    return [each for each in alive if each is not None] or [row]


def group_of(row: Model) -> int:
    """What tells the rows that were read together from others."""
    return id(row._state.peers) if row._state.peers else id(row)


def definition_of(cls: type) -> StrawberryObjectDefinition:
    """Strawberry's own description of a type."""
    return get_object_definition(cls, strict=True)


def known(info: Info, source: Model, load: Callable[[list[Any]], Any]) -> Any:
    """What a field needs for a whole group of rows, read when the first of them asks for it."""
    key = (id(info._raw_info.field_nodes[0]), group_of(source))
    read = info.context.read
    if key not in read:
        group = peers(source)
        read[key] = group, load(group)  # the rows stay, or their places in memory would be others' one day
    return read[key][1]
