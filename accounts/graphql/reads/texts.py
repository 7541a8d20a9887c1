"""How Postgres writes values: each scalar to the byte as the ordinary way does.

What a column holds and the schema cannot show (a choice that is no more) is written with `DOUBT` in front. An
answer with that mark in it is not sent: the ordinary way is asked, and says what is wrong.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Field,
    FloatField,
    Func,
    IntegerField,
    JSONField,
    TextField,
)
from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull, GraphQLOutputType

from accounts.graphql.reads.uncompiled import Uncompiled

DOUBT = "\ue000"
"""A character that Unicode gives to nobody; in a text of a customer's it costs no more than the other way."""

TEXT = TextField()


def written(value: Expression | F, column: Field, kind: GraphQLOutputType) -> Expression | F:
    """A column's value as the schema's type shows it; raises Uncompiled where Postgres cannot."""
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return _list(value, column, kind.of_type)
    if isinstance(kind, GraphQLEnumType):
        return _template(_cases("%(expressions)s", kind))(value)
    write = WRITERS.get((kind.name, _family(column)))
    if write is None:
        raise Uncompiled(f"a {type(column).__name__} as {kind.name}")
    return write(value)


def _template(template: str) -> Callable[[Expression | F], Expression]:
    return partial(Func, template=template, output_field=TEXT)


def _as_is(value: Expression | F) -> Expression | F:
    return value


_time = _template("""to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""")
text = _template("(%(expressions)s)::text")
blank_is_null = _template("nullif(%(expressions)s, '')")
cursor = _template("translate(encode(convert_to(%(expressions)s, 'UTF8'), 'base64'), E'+/\\n', '-_')")


def global_id(name: str) -> Expression:
    """The id of a row in the whole graph; Postgres breaks lines after 57 bytes."""
    text = f"encode(convert_to('{name}:' || %(expressions)s, 'UTF8'), 'base64')"
    is_broken = len(name) + 37 > 57
    return Func(F("pk"), template=f"replace({text}, E'\\n', '')" if is_broken else text, output_field=TEXT)


WRITERS: dict[tuple[str, type[Field]], Callable[[Any], Expression | F]] = {
    ("String", TextField): _as_is,
    ("ID", TextField): _as_is,
    ("Boolean", BooleanField): _as_is,
    ("Int", IntegerField): _as_is,
    ("Float", IntegerField): _as_is,
    ("Float", FloatField): _as_is,
    ("Decimal", DecimalField): text,
    ("DateTime", DateTimeField): _time,
    ("Date", DateField): _as_is,
    ("JSON", JSONField): _as_is,
}
"""By the scalar's name and the column's family."""

FAMILIES = (
    DateTimeField,
    DateField,
    BigIntegerField,  # wider than the schema's numbers; no writer knows it
    IntegerField,
    FloatField,
    DecimalField,
    BooleanField,
    JSONField,
    TextField,
)


def _family(column: Field) -> type[Field]:
    if isinstance(column, CharField):
        return TextField
    return next((family for family in FAMILIES if isinstance(column, family)), Field)


def _list(value: Expression | F, column: Field, kind: GraphQLOutputType) -> Expression | F:
    item = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(column, JSONField):
        return value  # checked when it was kept, and numbers and texts are JSON's own
    if not isinstance(column, ArrayField):
        raise Uncompiled(f"a {type(column).__name__} as a list")
    if isinstance(item, GraphQLEnumType):
        return _each(_cases('"item"', item))(value)
    if written(value, column.base_field, item) is not value:
        raise Uncompiled(f"a list of {type(column.base_field).__name__}")
    return value


def _cases(value: str, kind: GraphQLEnumType) -> str:
    """The name of a choice; a value that is none of them is given twice, so it must be without parameters."""
    choices = [(name, choice.value) for name, choice in kind.values.items()]
    if not all(isinstance(held, str) and "%" not in held for _, held in choices):
        raise Uncompiled(f"{kind.name} holds more than texts")
    cases = " ".join("WHEN '{}' THEN '{}'".format(held.replace("'", "''"), name) for name, held in choices)
    return f"(CASE {value} {cases} ELSE '{DOUBT}' || {value} END)"


def _each(item: str) -> Callable[[Expression | F], Expression]:
    return _template(
        f"""(SELECT coalesce(json_agg({item} ORDER BY "place"), '[]'::json)"""  # noqa: S608  # from choices
        """ FROM unnest(%(expressions)s) WITH ORDINALITY AS "items"("item", "place"))"""
    )
