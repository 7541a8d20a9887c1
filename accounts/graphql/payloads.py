"""What a mutation answers: the object, and the errors that the caller can mend."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import strawberry
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from strawberry.annotation import StrawberryAnnotation
from strawberry.tools import create_type
from strawberry.types.base import has_object_definition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from accounts.errors import DomainError, ErrorCode
from accounts.graphql.enums import described

described(ErrorCode)


@strawberry.type(description="A problem that the caller can mend. Never an exception.")
class UserError:
    path: list[str] = strawberry.field(description="Where in `input`; empty when it is about the whole.")
    message: str = strawberry.field(description="What is wrong, in words for people.")
    code: ErrorCode = strawberry.field(description="What is wrong, for programs.")


ERRORS = "Why nothing was changed; empty when it was."


@cache
def payload(name: str, /, **fields: type) -> type:
    """The type of a payload; every field is null when the mutation was refused."""
    made = [_field(each, kind | None, _said_of(each, kind)) for each, kind in fields.items()]
    made.append(_field("errors", list[UserError], ERRORS))
    return create_type(name, made, description="What became of it.")


def _field(name: str, kind: Any, description: str) -> StrawberryField:
    return StrawberryField(
        python_name=name, type_annotation=StrawberryAnnotation(kind), description=description, default=None
    )


def _said_of(name: str, kind: Any) -> str:
    now = " as it is now" if has_object_definition(kind) else ""
    return f"The {name.replace('_', ' ')}{now}; null when this was refused."


class Outcome:
    """A payload as it is resolved."""

    def __init__(self, fields: Mapping[str, Any], errors: list[UserError]) -> None:
        self.__dict__.update(fields, errors=errors)


def errors_of(refusal: DomainError | ValidationError) -> list[UserError]:
    """A refusal as clients see it, with the path in their own words."""
    if isinstance(refusal, DomainError):
        return [UserError(path=path_of(refusal.field), message=refusal.message, code=refusal.code)]
    return list(_validation(refusal))


def _validation(refusal: ValidationError) -> Iterator[UserError]:
    by_field = (
        refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
    )
    for name, messages in by_field.items():
        path = path_of(None if name == NON_FIELD_ERRORS else name)
        for message in messages:
            yield UserError(path=path, message=message, code=ErrorCode.INVALID)


def path_of(field: str | None) -> list[str]:
    """A verb's name of a field as a path in the input, in the client's words."""
    return [to_camel_case(part) for part in field.split(".")] if field else []
