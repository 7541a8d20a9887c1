"""Whether a document fits the schema. What does not is told in few words and in milliseconds."""

import sys

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    ValuesOfCorrectTypeRule,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

ERRORS = 20
"""Errors that are told of one document."""

LENGTH = 500
"""Characters of a message."""

ENOUGH = 10_000
"""Characters of all that is said about values."""


class _Values(ValuesOfCorrectTypeRule):
    """Values of the right types; each error prints the whole value it is about, which takes long."""

    said = 0

    def report_error(self, error: GraphQLError) -> None:
        if self.said > ENOUGH:
            raise ValidationAbortedError("There are more errors in the values.")
        self.said += len(error.message)
        super().report_error(error)


RULES = (
    *(_Values if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)


def invalid(schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """What is wrong with a document, if anything is; never with a cause, for the document is the sender's."""
    found = validate(schema, document, RULES, max_errors=ERRORS)
    return [GraphQLError(_short(_message(each)), each.nodes, extensions=each.extensions) for each in found]


def _message(error: GraphQLError) -> str:
    match error.nodes:
        case [IntValueNode(value=digits)] if len(digits) > sys.get_int_max_str_digits():
            return f"A number is out of range: {digits}"  # and not what Python says of it
    return error.message


def _short(message: str) -> str:
    return message if len(message) <= LENGTH else f"{message[:LENGTH]}…"
