"""Views written by hand: the statement itself, behind the same middleware, tenancy and sign-in as GraphQL."""

from collections.abc import Callable
from typing import cast

from django.db import connection
from django.http import HttpRequest, HttpResponse

from accounts.middleware import TenantRequest
from benchmarks.reads.questions import Question


def view_of(question: Question) -> Callable[[HttpRequest], HttpResponse]:
    """The view that answers one question."""
    statement = question.statement

    def view(request: HttpRequest) -> HttpResponse:
        actor = cast("TenantRequest", request).actor
        if not all(map(actor.may, question.permissions)):
            return HttpResponse(status=403)
        with connection.cursor() as cursor:
            cursor.execute(statement, request.GET.dict())
            (answer,) = cursor.fetchone()
        return HttpResponse(answer, content_type="application/json")

    return view
