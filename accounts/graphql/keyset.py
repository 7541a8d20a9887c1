"""Orders that a page can be cut from, and the cursors that say where.

A cursor holds the values of its row in the columns of the order, and the row's id, so that a page begins
exactly where the last one ended, however the rows change in between. Unknown values come last in either
direction. The values are written by the database itself, as JSON, and go back into it as they came.
"""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db.models import DecimalField, Field, IntegerField, Model, OrderBy, Q, QuerySet, TextField, Value
from django.db.models import F as Column
from django.db.models.functions import Cast, JSONArray

from accounts.errors import Invalid
from accounts.graphql.guard import is_clean

LONGEST = 4_000


class Term(NamedTuple):
    """One column of an order."""

    path: str
    field: Field
    is_descending: bool
    is_nullable: bool

    @classmethod
    def of(cls, model: type[Model], name: str) -> Self:
        """A term in Django's own words: `name`, `-company__name`."""
        path = name.removeprefix("-")
        field, is_nullable = _field(model, path)
        return cls(path, field, name.startswith("-"), is_nullable)

    @property
    def column(self) -> Field:
        """The column that its values are compared with: of a relation, the key."""
        return getattr(self.field, "target_field", self.field)

    @property
    def name(self) -> str:
        """The term in Django's own words."""
        return f"-{self.path}" if self.is_descending else self.path

    def ordered(self, *, backwards: bool) -> OrderBy:
        """The term as Django orders by it; unknown values last, or first when read backwards."""
        nulls: dict[str, Any] = {}
        if self.is_nullable:
            nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        return OrderBy(Column(self.path), descending=self.is_descending ^ backwards, **nulls)

    def text(self, alias: str, *, backwards: bool) -> str:
        """The same in SQL, of a subquery that has the column."""
        direction = "DESC" if self.is_descending ^ backwards else "ASC"
        nulls = f" NULLS {'FIRST' if backwards else 'LAST'}" if self.is_nullable else ""
        return f'"{alias}"."{self.field.column}" {direction}{nulls}'

    def beyond(self, value: Any, *, backwards: bool) -> Q | None:
        """Rows strictly after the value in this column, or before it; None where there can be none."""
        if value is None:
            return Q((f"{self.path}__isnull", False)) if backwards else None
        found = Q((f"{self.path}__{'lt' if self.is_descending ^ backwards else 'gt'}", value))
        return found | Q((f"{self.path}__isnull", True)) if self.is_nullable and not backwards else found

    def at(self, value: Any) -> Q:
        """Rows with the same value in this column."""
        return Q((f"{self.path}__isnull", True)) if value is None else Q((self.path, value))


def _field(model: type[Model], path: str) -> tuple[Field, bool]:
    is_nullable, found = False, None
    for part in path.split("__"):
        found = model._meta.get_field("id" if part == "pk" else part)
        is_nullable = is_nullable or bool(found.null)
        model = found.related_model or model
    return found, is_nullable  # type: ignore[return-value]


class Keyset:
    """An order of a model's rows that names each of them once: by columns, and by id in the end."""

    def __init__(self, model: type[Model], names: Sequence[str]) -> None:
        direction = "-" if names and names[0].startswith("-") else ""
        listed = [name for name in names if name.removeprefix("-") not in {"id", "pk"}]
        last = next((name for name in names if name.removeprefix("-") in {"id", "pk"}), f"{direction}id")
        self.terms = [Term.of(model, name) for name in [*listed, last.replace("pk", "id")]]

    @property
    def signature(self) -> str:
        """What tells cursors of one order from those of another."""
        return ",".join(term.name for term in self.terms)

    def order(self, rows: QuerySet, *, backwards: bool) -> QuerySet:
        """The rows in this order, or the other way round."""
        return rows.order_by(*(term.ordered(backwards=backwards) for term in self.terms))

    def text(self, alias: str, *, backwards: bool) -> str:
        """The order in SQL, over a subquery's own columns."""
        return ", ".join(term.text(alias, backwards=backwards) for term in self.terms)

    def cut(self, rows: QuerySet, values: Sequence[Any], *, backwards: bool) -> QuerySet:
        """The rows after those with the values of a cursor, or before them."""
        return rows.filter(self._beyond(values, backwards=backwards))

    def _beyond(self, values: Sequence[Any], *, backwards: bool) -> Q:
        pairs = list(zip(self.terms, values, strict=True))
        steps = [
            [term.at(value) for term, value in pairs[:number]] + [beyond]
            for number, (last, value) in enumerate(pairs)
            if (beyond := last.beyond(value, backwards=backwards)) is not None
        ]
        found = reduce(Q.__or__, (reduce(Q.__and__, step) for step in steps))
        first, value = pairs[0]
        if len(pairs) == 1 or first.is_nullable:
            return found
        lookup = (
            "lte" if first.is_descending ^ backwards else "gte"
        )  # lets an index begin where the page does
        return Q((f"{first.path}__{lookup}", value)) & found

    @property
    def cursor_text(self) -> Cast:
        """A row's cursor, as the database writes it."""
        columns = [Column(term.path) for term in self.terms]
        return Cast(JSONArray(Value(self.signature), *columns), TextField())

    def with_cursor(self, rows: QuerySet) -> QuerySet:
        """The rows, each with its cursor's text."""
        return rows.annotate(cursor_text=self.cursor_text)

    def read(self, cursor: str) -> list[Any]:
        """The values in a cursor; refused where it is none of this order."""
        with _refusing():
            given = _listed(cursor)
            if given[0] != self.signature or len(given) != len(self.terms) + 1:
                raise ValueError(self.signature)
            return [_value(term, value) for term, value in zip(self.terms, given[1:], strict=True)]


def shape_of_cursor(cursor: str) -> tuple[Any, ...]:
    """The order that a cursor is of, and which of its values are unknown; refused where it is none."""
    with _refusing():
        given = _listed(cursor)
        return (str(given[0]), *(value is None for value in given[1:]))


def _listed(cursor: str) -> list[Any]:
    given = json.loads(_decoded(cursor), parse_float=Decimal)
    if not isinstance(given, list) or not given:
        raise ValueError(cursor)
    return given


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except (
        ValueError,
        TypeError,
        ArithmeticError,
        ValidationError,
        RecursionError,
        binascii.Error,
    ) as refusal:
        raise Invalid("This is no cursor of this list in this order.") from refusal


def _value(term: Term, given: Any) -> Any:
    if given is None:
        if not term.is_nullable:
            raise ValueError(term.path)
        return None
    if isinstance(given, str) and not is_clean(given):
        raise ValueError(term.path)
    value = term.field.to_python(given)
    if isinstance(value, datetime) and value.tzinfo is None:  # Postgres writes a zone, so this is none of its
        raise ValueError(term.path)
    if isinstance(term.field, DecimalField | IntegerField):
        term.field.run_validators(value)
    return value


def _decoded(cursor: str) -> str:
    if len(cursor) > LONGEST:
        raise ValueError(cursor[:100])
    return urlsafe_b64decode(cursor.encode()).decode()


def written(text: str) -> str:
    """A cursor from the text that the database wrote."""
    return urlsafe_b64encode(text.encode()).decode()
