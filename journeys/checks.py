"""Rows checked before they are saved, and what the database refuses put into words."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from psycopg import Error

from accounts.actor import Actor
from accounts.errors import Conflict, Invalid
from accounts.permissions import Permission
from journeys.storable import Refused, check_json, check_text


def check(row: models.Model) -> None:
    """Refuse values that do not fit their fields, or that Postgres cannot store."""
    try:
        with told():
            for field in row._meta.concrete_fields:
                value = getattr(row, field.attname)
                if isinstance(value, str):
                    check_text(field.name, value, field.max_length or 200)
                elif isinstance(field, models.JSONField):
                    check_json(field.name, value)
        row.clean_fields()
    except ValidationError as refusal:
        name, messages = next(iter(refusal.message_dict.items()))
        raise Invalid(" ".join(messages), field=name) from refusal


@contextmanager
def told() -> Iterator[None]:
    """Tell whoever calls a verb that a value does not fit."""
    try:
        yield
    except Refused as refused:
        raise Invalid(refused.message, field=refused.field) from refused


@contextmanager
def conflicts(model: type[models.Model], fields: Mapping[str, str]) -> Iterator[None]:
    """Turn a broken constraint of the model into a Conflict about the field named for it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = error.__cause__.diag.constraint_name if isinstance(error.__cause__, Error) else None
        for constraint in model._meta.constraints:
            if constraint.name == name and name in fields:
                raise Conflict(str(constraint.violation_error_message), field=fields[name]) from error
        raise


def recorded(field: str, stated: datetime | None, *, by: Actor) -> datetime:
    """When a thing became known: now, unless somebody who may do so states it."""
    now = timezone.now()
    if stated is None:
        return now
    by.require(Permission.BACKFILL_EVENTS)
    if stated > now:
        raise Invalid("This is in the future.", field=field)
    return stated


def place_of(index: int, rows: Sequence[object]) -> str:
    """What a refusal's field begins with: nothing for one alone, the place of one among many."""
    return f"{index}." if len(rows) > 1 else ""
