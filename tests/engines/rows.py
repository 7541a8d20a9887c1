"""Rows of every kind of node, as wild as the database takes them: made from the models, by a seed.

A column gets what its type, its size and its being nullable allow; what constraints ask of several columns at
once is settled by `tests.engines.settling`. Nothing here says how a row is made in earnest: these are rows
that an import, an old version or a mistake could have left behind.
"""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Model, QuerySet
from django.db.models.fields import Field

from accounts.graphql.nodes import NODES, shape_of
from accounts.models import Tenant
from accounts.tenancy import inside, public
from tests.engines import values
from tests.engines.settling import DROPPED, SETTLED, distinct

SHARED = "accounts"
"""The app whose rows are in `public`."""

COUNTS = {"Event": 70, "Person": 24, "Company": 24, "Account": 18, "Health": 14, "Measure": 40, "User": 14}
PLENTY = 20
"""How many rows of the others."""


POOLS: dict[str, Sequence[Any]] = {
    "BooleanField": [True, False],
    "IntegerField": values.INTEGERS,
    "PositiveIntegerField": values.INTEGERS,
    "SmallIntegerField": values.INTEGERS,
    "PositiveSmallIntegerField": values.INTEGERS,
    "BigIntegerField": values.INTEGERS,
    "FloatField": values.FLOATS,
    "DateField": values.DAYS,
}


@dataclass(slots=True)
class Builder:
    """Fills a tenant; `strangers` are keys of another tenant's users, which rows may point at by mistake."""

    tenant: Tenant
    random: Random
    strangers: Sequence[UUID] = ()
    made: dict[type[Model], list[Any]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """A text that no other tenant has."""
        return f"only {self.tenant.schema_name}"

    def fill(self) -> None:
        """Make rows of every kind of node, those first that others point at."""
        for model in ordered(shape_of(each).model for each in NODES.values()):
            rows = [self._row(model, number) for number in range(COUNTS.get(model.__name__, PLENTY))]
            self._leave_out(model, rows)
            settle = SETTLED.get(model, distinct)
            rows = settle(rows, self.made, self.random)
            self._store(model, rows)
            self.made[model] = rows

    def _leave_out(self, model: type[Model], rows: list[Any]) -> None:
        """Let every column that may be null be null somewhere, were it not by chance."""
        for number, column in enumerate(each for each in model._meta.concrete_fields if each.null):
            if column.name not in DROPPED.get(model, ()):
                setattr(rows[number % len(rows)], column.attname, None)

    def _store(self, model: type[Model], rows: list[Any]) -> None:
        with inside(self.tenant), public() if model._meta.app_label == SHARED else nullcontext():
            everything: QuerySet = QuerySet(model)  # events refuse to be written by their own
            stamps = {row.pk: row.updated_at for row in rows if hasattr(row, "updated_at")}
            everything.bulk_create(rows)
            for key, moment in stamps.items():  # what the model sets by itself
                everything.filter(pk=key).update(updated_at=moment)

    def _row(self, model: type[Model], number: int) -> Model:
        given = {
            each.attname: self.value(each, number)
            for each in model._meta.concrete_fields
            if each.name not in DROPPED.get(model, ())
        }
        return model(**given)

    def value(self, column: Field, number: int) -> Any:
        """Something that the column takes."""
        if column.null and self.random.random() < 0.3:
            return None
        if isinstance(column, models.ForeignKey):
            return self._key(column)
        if column.choices and not isinstance(column, ArrayField):
            members = [value for value, _ in column.flatchoices if value != ""]
            return members[number % len(members)] if not column.blank or self.random.random() < 0.8 else ""
        if isinstance(column, ArrayField):
            size = self.random.choice([0, 1, 3])
            return [self.value(column.base_field, number) for _ in range(size)]
        return self._plain(column)

    def _key(self, column: Field) -> Any:
        target: Any = column.related_model
        if target is Tenant:
            return self.tenant.pk
        there = self.made.get(target, [])
        if not column.db_constraint and self.random.random() < 0.15:  # type: ignore[attr-defined]
            return self.random.choice([*self.strangers, self.uuid()])
        return self.random.choice(there).pk if there else None

    def _plain(self, column: Any) -> Any:
        if pool := POOLS.get(column.get_internal_type()):
            return self.random.choice(pool)
        match column:
            case models.UUIDField():
                return self.uuid()
            case models.CharField() | models.TextField():
                return self._text(column)
            case models.DecimalField():
                return self._decimal(column)
            case models.DateTimeField():
                return self.random.choice([*values.MOMENTS, *values.MOMENTS, self._moment()])
            case models.JSONField():
                return self.random.choice([*values.JSONS, {"mark": self.mark, self.mark: [self.mark]}])
            case models.BinaryField():
                return self.random.randbytes(32)
        raise TypeError(f"Say what a {type(column).__name__} holds.")

    def _text(self, column: Field) -> str:
        if column.blank and self.random.random() < 0.25:
            return ""
        is_bounded = column.max_length is not None and column.max_length < 1000
        pool = [*values.TEXTS, self.mark, self.mark, *(() if is_bounded else (values.LONG,))]
        return str(self.random.choice(pool))[: column.max_length]

    def _decimal(self, column: models.DecimalField) -> Decimal:
        whole = column.max_digits - column.decimal_places
        number = self.random.choice(values.DECIMALS) % Decimal(10) ** whole
        return number.quantize(Decimal(1).scaleb(-column.decimal_places), ROUND_DOWN)

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.random.randrange(2_000_000_000), UTC)

    def uuid(self) -> UUID:
        """A key: the same one whenever the seed is the same."""
        return UUID(int=self.random.getrandbits(128), version=4)


def ordered(wanted: Iterator[type[Model]]) -> list[type[Model]]:
    """Models in an order in which each comes after those it points at."""
    left, done = list(dict.fromkeys(wanted)), []
    while left:
        ready = next(model for model in left if not _targets(model) & set(left))
        left.remove(ready)
        done.append(ready)
    return done


def _targets(model: type[Model]) -> set[Any]:
    keys = [each for each in model._meta.concrete_fields if isinstance(each, models.ForeignKey)]
    return {each.related_model for each in keys} - {model}
