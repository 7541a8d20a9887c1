"""Errors as clients see them: each with a code, none with an internal.

A refusal (`DomainError`) becomes a code of its own; what nobody expected becomes a reference number that is
in the log. SQL, table names and stacks never leave.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from django.db import OperationalError
from graphql import FieldNode, GraphQLError, GraphQLFormattedError, GraphQLSyntaxError
from psycopg.errors import InFailedSqlTransaction, QueryCanceled

from accounts.errors import DomainError, ErrorCode

logger = logging.getLogger(__name__)


class Code(StrEnum):
    """The closed list of `extensions.code` at the top level."""

    PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    NO_OPERATION = "OPERATION_RESOLUTION_FAILURE"
    BAD_REQUEST = "BAD_REQUEST"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    TOO_COMPLEX = "QUERY_TOO_COMPLEX"
    UNKNOWN_DOCUMENT = "PERSISTED_QUERY_NOT_FOUND"
    UNTRUSTED_DOCUMENT = "DOCUMENT_NOT_TRUSTED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    THROTTLED = "THROTTLED"
    TIMEOUT = "TIMEOUT"
    INTERNAL = "INTERNAL_SERVER_ERROR"


OF_REFUSAL = {
    ErrorCode.INVALID: Code.BAD_USER_INPUT,
    ErrorCode.CONFLICT: Code.BAD_USER_INPUT,
    ErrorCode.LIMIT_EXCEEDED: Code.BAD_USER_INPUT,
    ErrorCode.NOT_FOUND: Code.NOT_FOUND,
    ErrorCode.FORBIDDEN: Code.FORBIDDEN,
}


def error(message: str, code: Code, nodes: Any = None, **more: Any) -> GraphQLError:
    """An error with its code."""
    return GraphQLError(message, nodes, extensions={"code": code.value, **more})


class Refused(Exception):
    """A question that is not carried out at all: there will be no `data`.

    `status` is the answer's; under the legacy `application/json` a well-formed question is answered with 200
    whatever becomes of it, so that what was refused by its content alone says `legacy=200`.
    """

    def __init__(
        self,
        *errors: GraphQLError,
        default: Code = Code.BAD_USER_INPUT,
        status: int = 400,
        legacy: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*errors)
        self.errors = errors
        self.default = default
        self.status = status
        self.legacy = legacy
        self.headers = headers or {}


def coded(errors: Sequence[GraphQLError], default: Code) -> list[GraphQLFormattedError]:
    """Errors ready to be sent, each with a code."""
    return [_coded(each, default) for each in errors]


def _coded(given: GraphQLError, default: Code) -> GraphQLFormattedError:
    cause = given.original_error
    if given.extensions and "code" in given.extensions:
        return given.formatted
    if isinstance(cause, DomainError):
        return _as(given, cause.message, OF_REFUSAL[cause.code])
    if isinstance(given, GraphQLSyntaxError):
        return _as(given, given.message.strip(), Code.PARSE_FAILED)
    if cause is None or (isinstance(cause, GraphQLError) and not _is_of_a_result(given)):
        return _as(given, given.message.strip(), default)
    if is_timeout(cause):
        message = "This took longer than a question may. Ask for less, or for what an index knows."
        return _as(given, message, Code.TIMEOUT)
    if isinstance(cause.__cause__, InFailedSqlTransaction):  # the log has what failed
        return _as(given, "This was not tried, because something before it failed.", Code.INTERNAL)
    return _masked(given, cause)


def _is_of_a_result(given: GraphQLError) -> bool:
    """Whether the library says this of what a field found, and not of what was sent.

    A choice that is no more is such a thing. Of an argument or a directive it says it at the value.
    """
    return given.path is not None and all(isinstance(node, FieldNode) for node in given.nodes or ())


def is_timeout(cause: BaseException) -> bool:
    """Whether Postgres gave up on a statement because it took too long."""
    return isinstance(cause, OperationalError) and isinstance(cause.__cause__, QueryCanceled)


def _as(given: GraphQLError, message: str, code: Code, **more: Any) -> GraphQLFormattedError:
    return GraphQLError(
        message,
        given.nodes,
        given.source,
        given.positions,
        given.path,
        extensions={"code": code.value, **more},
    ).formatted


def _masked(given: GraphQLError, cause: BaseException) -> GraphQLFormattedError:
    reference = secrets.token_hex(6)
    logger.error(
        "an unexpected error in a field", exc_info=cause, extra={"reference": reference, "path": given.path}
    )
    message = f"Something went wrong on our side. Give support this reference: {reference}."
    return _as(given, message, Code.INTERNAL, reference=reference)
