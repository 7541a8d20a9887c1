"""Errors: each with a code, none with an internal; an unexpected one with a number that is in the log."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import RequestFactory

from accounts.errors import Conflict, DomainError, ErrorCode, Forbidden, Invalid, LimitExceeded, NotFound
from accounts.graphql.context import Info
from accounts.graphql.engine import Engine, Question
from accounts.graphql.errors import Code
from accounts.graphql.mutating import mutation
from accounts.graphql.payloads import errors_of
from journeys.models import Company
from tests.factories import an_actor

SECRET = "SELECT password FROM accounts_user"


@strawberry.input
class RenameInput:
    how: str


@strawberry.type
class Mutation:
    @mutation(name=str, description="Make a company, and then fail in this way.")
    def company_make(self, info: Info, input: RenameInput) -> str:
        Company.objects.create(name=input.how)
        failures = {
            "conflict": Conflict("It is taken.", field="contract.ends_on"),
            "validation": ValidationError({"name": ["Too short."], "__all__": ["Not so."]}),
            "bug": RuntimeError(SECRET),
        }
        if input.how == "sql":
            _broken()
        if input.how in failures:
            raise failures[input.how]
        return input.how


def _broken() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")


@strawberry.type
class Query:
    @strawberry.field
    def fine(self) -> int:
        return 1

    @strawberry.field
    def bug(self) -> int | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def sql(self) -> int | None:
        _broken()
        return 1

    @strawberry.field
    def more_than_fits(self) -> int | None:
        return 2**40

    @strawberry.field
    def halves(self, of: list[int]) -> list[int] | None:
        return [each // 2 for each in of]

    @strawberry.field
    def refused(self, kind: str) -> int | None:
        kinds: dict[str, type[DomainError]] = {
            each.code: each for each in (Invalid, NotFound, Conflict, Forbidden, LimitExceeded)
        }
        raise kinds[kind]("No.")


engine = Engine(strawberry.Schema(query=Query, mutation=Mutation))


@pytest.fixture
def ask(acme):
    request: Any = RequestFactory().post("/")
    request.tenant, request.actor, request.api_key = acme, an_actor(), None

    def asked(query: str, **variables) -> SimpleNamespace:
        answer = engine.answer(Question(query, variables), request)
        return SimpleNamespace(
            **{"data": None, "errors": [], **json.loads(answer.text)}, status=answer.status
        )

    return asked


def test_a_bug_is_masked_and_its_number_is_in_the_log(ask, caplog):
    with caplog.at_level(logging.ERROR):
        answer = ask("{ fine bug }")

    (error,) = answer.errors
    assert answer.data == {"fine": 1, "bug": None}
    assert answer.status == 200
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["path"] == ["bug"]
    assert SECRET not in str(answer)
    (record,) = [each for each in caplog.records if getattr(each, "reference", None)]
    assert record.reference == error["extensions"]["reference"]
    assert record.reference in error["message"]
    assert record.exc_info[0] is RuntimeError


def test_what_a_type_cannot_show_is_our_mistake(ask):
    (error,) = ask("{ fine moreThanFits }").errors

    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert error["path"] == ["moreThanFits"]
    assert str(2**40) not in str(error)


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($one: Int = 1) { fine halves(of: [$one]) }", {"one": None}),
        ("query($one: Int = 1) { fine halves(of: [2, $one]) }", {"one": None}),
        ("query($is: Boolean = true) { fine halves(of: [1]) @include(if: $is) }", {"is": None}),
        ("query($one: Int!) { halves(of: [$one]) }", {"one": 2**40}),
    ],
)
def test_what_was_sent_is_the_senders(ask, query, variables):
    answer = ask(query, **variables)

    assert [each["extensions"]["code"] for each in answer.errors] == ["BAD_USER_INPUT"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("INVALID", "BAD_USER_INPUT"),
        ("CONFLICT", "BAD_USER_INPUT"),
        ("LIMIT_EXCEEDED", "BAD_USER_INPUT"),
        ("NOT_FOUND", "NOT_FOUND"),
        ("FORBIDDEN", "FORBIDDEN"),
    ],
)
def test_a_refused_read_says_why(ask, kind, code):
    (error,) = ask(f'{{ refused(kind: "{kind}") }}').errors

    assert (error["message"], error["extensions"]) == ("No.", {"code": code})


def test_a_failed_statement_leaves_nothing_half_done(ask):
    with transaction.atomic():
        answer = ask("{ fine sql }")
        transaction.set_rollback(True)

    assert answer.status == 500
    assert answer.data is None
    assert "division" not in str(answer)


@pytest.mark.parametrize(
    ("how", "path", "code"),
    [("conflict", ["contract", "endsOn"], "CONFLICT"), ("validation", ["name"], "INVALID")],
)
def test_a_refused_mutation_undoes_itself_alone(ask, how, path, code):
    answer = ask(
        f"""mutation {{
          before: companyMake(input: {{how: "before"}}) {{ name errors {{ code }} }}
          companyMake(input: {{how: "{how}"}}) {{ name errors {{ path message code }} }}
          after: companyMake(input: {{how: "after"}}) {{ name errors {{ code }} }}
        }}"""
    )

    assert answer.errors == []
    assert answer.data["before"] == {"name": "before", "errors": []}
    assert answer.data["after"] == {"name": "after", "errors": []}
    assert answer.data["companyMake"]["name"] is None
    assert answer.data["companyMake"]["errors"][0].items() >= {"path": path, "code": code}.items()
    assert set(Company.objects.values_list("name", flat=True)) == {"before", "after"}


@pytest.mark.parametrize("how", ["bug", "sql"])
def test_so_does_one_that_fails(ask, how):
    answer = ask(
        f"""mutation {{
          before: companyMake(input: {{how: "before"}}) {{ name }}
          companyMake(input: {{how: "{how}"}}) {{ name }}
        }}"""
    )

    assert answer.errors[0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert set(Company.objects.values_list("name", flat=True)) == {"before"}


@pytest.mark.parametrize("code", [*Code, *ErrorCode])
def test_front_end_teams_are_told_of_every_code(code):
    assert f"`{code.value}`" in (settings.BASE_DIR / "docs" / "front-end.md").read_text()


def test_a_validation_error_is_one_error_for_each_message():
    refusal = ValidationError({"ends_on": ["Too late.", "No day."], "__all__": ["Not so."]})

    assert [(each.path, each.message) for each in errors_of(refusal)] == [
        (["endsOn"], "Too late."),
        (["endsOn"], "No day."),
        ([], "Not so."),
    ]
    assert [(each.path, each.message) for each in errors_of(ValidationError("No."))] == [([], "No.")]
