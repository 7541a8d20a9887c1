"""Mutations: one `input`, one payload, one savepoint.

    @strawberry.type
    class JourneyMutation:
        @mutation(person=PersonNode, description="Make a person.")
        def person_create(self, info: Info, input: PersonCreateInput) -> Person:
            return people.create(input.to_draft(), by=info.context.actor)

The function returns what it made; the decorator makes the payload `PersonCreatePayload {person, errors}` of
it. A refusal undoes this mutation alone and becomes `errors`; anything else is a bug, and is undone and
masked.

Several mutations in one request hold what they changed until its end, so two such requests may wait for each
other in a ring. Postgres then stops one mutation: it is undone, and its caller is told to send it again.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import strawberry
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import capitalize_first, to_camel_case

from accounts.errors import Conflict, DomainError
from accounts.graphql.payloads import Outcome, errors_of, payload

ASKED = "What is to be done."
CROSSED = "Somebody changed the same things at the same moment, in another order. Send this again."


def mutation(*, description: str, **fields: Any) -> Callable[[Callable[..., Any]], StrawberryField]:
    """Make a function a mutation whose payload has these fields.

    A function of one field returns its value, one of several a mapping of them.
    """

    def decorate(function: Callable[..., Any]) -> StrawberryField:
        @wraps(function)
        def resolve(*args: Any, **kwargs: Any) -> Outcome:
            try:
                with transaction.atomic():
                    made = function(*args, **kwargs)
            except (DomainError, ValidationError) as refusal:
                return Outcome(dict.fromkeys(fields), errors_of(refusal))
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
                return Outcome(dict.fromkeys(fields), errors_of(Conflict(CROSSED)))
            values: Mapping[str, Any] = made if len(fields) > 1 else dict.fromkeys(fields, made)
            return Outcome(values, [])

        name = f"{capitalize_first(to_camel_case(function.__name__))}Payload"
        annotations = inspect.get_annotations(function)
        annotations["input"] = Annotated[annotations["input"], strawberry.argument(description=ASKED)]
        annotations["return"] = payload(name, **fields)
        resolve.__annotations__ = annotations
        resolve.__signature__ = _signature(function, annotations)  # type: ignore[attr-defined]
        return strawberry.mutation(resolver=resolve, description=description)  # type: ignore[return-value]

    return decorate


def _signature(function: Callable[..., Any], annotations: Mapping[str, Any]) -> inspect.Signature:
    signature = inspect.signature(function)
    parameters = [
        each.replace(annotation=annotations.get(each.name, each.annotation))
        for each in signature.parameters.values()
    ]
    return signature.replace(parameters=parameters, return_annotation=annotations["return"])


def merged(name: str, *parts: type) -> type:
    """One type of the fields of several: the apps' queries, or their mutations."""
    body: dict[str, Any] = {"__module__": __name__}
    return strawberry.type(type(name, parts, body), description=DESCRIPTIONS[name])


DESCRIPTIONS = {
    "Query": "What can be read. What the actor may not see is not there: null, or missing from a list.",
    "Mutation": "What can be changed. Each has the object and `errors`; refused, it changes nothing.",
}
