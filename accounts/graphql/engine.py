"""From a question to its answer: found, weighed, paid for, carried out.

The schema, its validator and its resolvers are strawberry's. What is ours is the order of things: nothing is
carried out before its size, its caller and its price are known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import strawberry
from django.conf import settings
from django.db import DatabaseError, connection
from graphql import GraphQLError, GraphQLFormattedError, OperationDefinitionNode
from psycopg.pq import TransactionStatus

from accounts.graphql import budget, limits
from accounts.graphql.context import Context
from accounts.graphql.documents import Document, Library, asks_about_schema_only, is_mutation
from accounts.graphql.errors import Code, Refused, coded, error
from accounts.graphql.reads.reading import Read, Reader, Way
from accounts.graphql.written import written
from accounts.middleware import TenantRequest

CHARACTERS = 500
"""Of a document that is refused, for one point of the minute's cost: reading it is work, too."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request of GraphQL."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    is_get: bool = False
    sha256: str | None = None
    """The hash by which it names its document, if it does; where nothing else does, `query` is empty."""


@dataclass(slots=True)
class Answer:
    """What goes back: errors and extensions, and `data`, already written, where anything was carried out."""

    body: dict[str, Any]
    data: str | None = None
    status: int = 200
    legacy: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    way: Way = "ordinary"
    is_change: bool = False
    """Whether it tells of a mutation: then it may hold a fresh secret beside what the client sent."""

    @property
    def text(self) -> str:
        """The whole answer as JSON."""
        rest = written(self.body)
        if self.data is None:
            return rest
        return f'{{"data":{self.data}}}' if not self.body else f'{{"data":{self.data},{rest[1:]}'


def refusal(refused: Refused) -> Answer:
    """The answer to a question that was not carried out."""
    body = {"errors": coded(refused.errors, refused.default)}
    return Answer(body, status=refused.status, legacy=refused.legacy, headers=refused.headers)


class Engine:
    """Answers questions against one schema."""

    def __init__(self, schema: strawberry.Schema, *, is_compiling: bool = True) -> None:
        self.schema = schema
        self.library = Library(schema)
        self.reader = Reader(schema, is_compiling=is_compiling)

    def answer(self, question: Question, request: TenantRequest) -> Answer:
        """Carry a question out, or say why not."""
        try:
            return self._answer(question, request)
        except Refused as refused:
            return refusal(refused)

    def _answer(self, question: Question, request: TenantRequest) -> Answer:
        if not request.actor.is_known and not settings.DEBUG:
            raise unauthenticated()
        try:
            document, operation, cost = self._weighed(question, request)
        except Refused:
            if request.actor.is_known:
                _pay(request, 1 + len(question.query) // CHARACTERS)
            raise
        if not request.actor.is_known:
            return self._carry_out(question, document, operation, request)
        left = _pay(request, cost)
        answer = self._carry_out(question, document, operation, request)
        answer.is_change = is_mutation(operation)
        answer.body["extensions"] = {
            "cost": {
                "requested": cost,
                "limit": limits.COST,
                "perMinute": left.limit,
                "remaining": left.remaining,
                "resetsInSeconds": left.resets_in,
            }
        }
        return answer

    def _weighed(
        self, question: Question, request: TenantRequest
    ) -> tuple[Document, OperationDefinitionNode, int]:
        """What is asked, and its price; raises Refused where it is not to be carried out."""
        document = self.library.find(question.query)
        operation = document.operation(question.operation_name)
        if question.is_get and is_mutation(operation):
            raise Refused(
                error("A mutation is sent with POST.", Code.BAD_REQUEST),
                status=405,
                legacy=405,
                headers={"Allow": "POST"},
            )
        if not request.actor.is_known and not asks_about_schema_only(operation):
            raise unauthenticated()
        cost = document.cost(operation, self.schema, question.variables)
        if cost > limits.COST:
            message = f"This may return {cost} objects; one operation may return {limits.COST}."
            raise Refused(error(message, Code.TOO_COMPLEX, limit="cost", maximum=limits.COST, requested=cost))
        return document, operation, cost

    def _carry_out(
        self,
        question: Question,
        document: Document,
        operation: OperationDefinitionNode,
        request: TenantRequest,
    ) -> Answer:
        context = Context(request, request.actor, document)
        try:
            return _answered(self.reader.answer(operation, question.variables, context))
        except DatabaseError as problem:  # of a plan in the making; one of a field is that field's error
            return _failed([GraphQLError("", original_error=problem)])


def unauthenticated() -> Refused:
    """Nobody is there: no credential, or one that opens nothing here."""
    return Refused(
        error("Sign in, or send an API key as `Authorization: Bearer …`.", Code.UNAUTHENTICATED),
        status=401,
        legacy=401,
        headers={"WWW-Authenticate": 'Bearer realm="unison"'},
    )


def _pay(request: TenantRequest, cost: int) -> budget.Budget:
    left = getattr(request, "paid", None) or budget.spend(request.actor, cost)
    if left.is_spent:
        message = f"The cost of {left.limit} per minute is used up. Ask again in {left.resets_in} seconds."
        raise Refused(
            error(
                message, Code.THROTTLED, requested=cost, perMinute=left.limit, resetsInSeconds=left.resets_in
            ),
            status=429,
            legacy=429,
            headers={"Retry-After": str(left.resets_in)},
        )
    request.paid = left
    return left


def _answered(read: Read) -> Answer:
    if read.is_broken or _is_broken():
        return _failed(read.errors)
    errors: list[GraphQLFormattedError] = coded(read.errors, Code.BAD_USER_INPUT)
    if read.data is None:
        return Answer({"errors": errors}, status=400)
    headers = {"X-Unison-Read": read.summary} if settings.DEBUG else {}
    return Answer({"errors": errors} if errors else {}, read.data, headers=headers, way=read.way)


def _failed(problems: Sequence[GraphQLError]) -> Answer:
    """Nothing of this request can be kept."""
    errors = coded(problems, Code.BAD_USER_INPUT)
    is_late = any(each["extensions"]["code"] == Code.TIMEOUT for each in errors)
    status = 503 if is_late else 500
    return Answer({"errors": errors}, status=status, legacy=status)


def _is_broken() -> bool:
    """Whether a read failed in the database, so that nothing of this request can be kept."""
    opened = connection.connection
    return opened is not None and opened.info.transaction_status == TransactionStatus.INERROR
