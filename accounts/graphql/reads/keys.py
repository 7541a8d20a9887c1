"""Under what a plan is kept: all that decides on its statement, and nothing else.

That is the document, who asks, and the values of variables; of ids and cursors, which a statement leaves
open, no more than their shape: the types of ids, a cursor's order, and which of its values are unknown.
"""

import json
from collections.abc import Hashable, Mapping
from sys import getsizeof
from typing import Any

from accounts import tenancy
from accounts.graphql.context import Context
from accounts.graphql.ids import read_id
from accounts.graphql.keyset import shape_of_cursor
from accounts.graphql.relations import not_too_many
from accounts.graphql.variables import Uses

CURSORS = frozenset({"after", "before"})


def is_id(argument: str) -> bool:
    """Whether an argument of a field is the id of a row, by its name."""
    return argument == "id" or argument.endswith("Id")


def kept_under(context: Context) -> Hashable:
    """What of a request's tenant and actor decides on what they see, and all that is said of them."""
    tenant, actor = tenancy.tenant(), context.actor
    return (
        tenant.schema_name,
        tenant.name,
        tenant.time_zone,
        tenant.currency,
        actor.kind,
        actor.id,
        actor.label,
        actor.role,
        actor.permissions,
    )


def left_open(uses: Uses, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a request that a statement may leave open."""
    return {
        name: variables[name]
        for name, arguments in uses.items()
        if name in variables and _is_open(arguments, variables[name])
    }


def _is_open(arguments: set[str], value: Any) -> bool:
    if isinstance(value, list):
        return arguments == {"ids"} and all(isinstance(each, str) for each in value)
    return isinstance(value, str) and (all(map(is_id, arguments)) or arguments <= CURSORS)


def key_of_variables(uses: Uses, variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """What of the variables decides on the statement; raises Invalid where an id or a cursor is none."""
    return tuple(_part(name, arguments, variables) for name, arguments in uses.items())


def _part(name: str, arguments: set[str], variables: Mapping[str, Any]) -> Any:
    if name not in variables:
        return None  # unlike anything that is given, so also unlike no ids at all
    value = variables[name]
    if _is_open(arguments, value):
        if arguments <= CURSORS:
            return shape_of_cursor(value)
        ids = [value] if isinstance(value, str) else not_too_many(value)
        return tuple(sorted({read_id(each)[0] for each in ids}))
    return json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else (type(value), value)


def values_key(values: Mapping[str, Any]) -> Hashable:
    """Coerced values as a key, whatever they are."""
    return repr(values)


def size_of(key: Hashable) -> int:
    """How many bytes a key takes, which may be as many as a client likes to send."""
    match key:
        case tuple():
            return getsizeof(key) + sum(map(size_of, key))
        case frozenset():
            return 0  # permissions: all who have the same share them
    return getsizeof(key)
