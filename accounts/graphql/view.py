"""The one address of GraphQL: questions by POST and GET, and the page to try them in."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from accounts.graphql import graphiql
from accounts.graphql.engine import Answer, Engine, refusal, unauthenticated
from accounts.graphql.errors import Code, Refused, error
from accounts.graphql.graphiql import Tab
from accounts.graphql.negotiation import LEGACY, MODERN, accepted, malformed, read, wants_page
from accounts.middleware import TenantRequest

VARIES = ("Accept", "Authorization", "Cookie")


def graphql_view(engine: Engine, examples: list[Tab]) -> Callable[[HttpRequest], HttpResponse]:
    """The view of a schema, with examples for the page."""

    @csrf_exempt  # keys need no token; for sessions `_check_token` asks for it
    def view(request: HttpRequest) -> HttpResponse:
        asked = cast("TenantRequest", request)
        if wants_page(request):
            return _page(asked, examples)
        media = accepted(request, MODERN, LEGACY)
        answer = _answer(engine, asked, media)
        return _response(answer, media or LEGACY)

    return view


def _answer(engine: Engine, request: TenantRequest, media: str | None) -> Answer:
    try:
        if media is None:
            raise malformed(f"Answers are {MODERN} or {LEGACY}.", 406)
        if not request.actor.is_known and not settings.DEBUG:
            raise unauthenticated()
        question = read(request)
        if not question.is_get:
            _check_token(request)
        return engine.answer(question, request)
    except Refused as refused:
        return refusal(refused)


class _Token(CsrfViewMiddleware):
    """Django's check, as an answer and not as a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return HttpResponse(reason, status=403)


def _check_token(request: TenantRequest) -> None:
    if request.actor.kind != "user":
        return
    refused = _Token(lambda _: HttpResponse()).process_view(request, lambda _: HttpResponse(), (), {})
    if refused is not None:
        message = "With a session, send the CSRF token: the cookie's value as the header `X-CSRFToken`."
        raise Refused(error(message, Code.FORBIDDEN), status=403, legacy=403)


def _page(request: TenantRequest, examples: list[Tab]) -> HttpResponse:
    if not request.actor.is_known and not settings.DEBUG:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    return graphiql.page(request, examples)


def _response(answer: Answer, media: str) -> HttpResponse:
    status = answer.status if media == MODERN else answer.legacy
    response = HttpResponse(
        answer.text, status=status, content_type=f"{media}; charset=utf-8", headers=dict(answer.headers)
    )
    response["Cache-Control"] = "no-store"
    patch_vary_headers(response, VARIES)
    return response
