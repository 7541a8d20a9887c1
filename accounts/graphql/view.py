"""The one address of GraphQL: questions by POST and GET, and the page to try them in."""

import hashlib
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt

from accounts.graphql import graphiql, persisted
from accounts.graphql.engine import Answer, Engine, Question, refusal, unauthenticated
from accounts.graphql.errors import Code, Refused, error
from accounts.graphql.graphiql import Tab
from accounts.graphql.negotiation import LEGACY, MODERN, accepted, malformed, read, takes_gzip, wants_page
from accounts.middleware import TenantRequest

VARIES = "Accept, Accept-Encoding, Authorization, Cookie"


def graphql_view(engine: Engine, examples: list[Tab]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The view of a schema, with examples for the page."""

    @csrf_exempt  # keys need no token; for sessions `_check_token` asks for it
    def view(request: HttpRequest) -> HttpResponseBase:
        asked = cast("TenantRequest", request)
        if wants_page(request):
            return _page(asked, examples)
        return _answer(engine, asked, accepted(request, MODERN, LEGACY))

    return view


def _answer(engine: Engine, request: TenantRequest, media: str | None) -> HttpResponseBase:
    try:
        asked = _question(request, media)
        question = persisted.with_text(asked, request)
    except Refused as refused:
        return _response(refusal(refused), media or LEGACY)
    answer = engine.answer(question, request)
    response = _response(answer, media or LEGACY)
    if answer.data is None:
        return response
    if asked.sha256 and asked.query:
        persisted.keep_for(request, asked)
    is_tagged = asked.is_get and "errors" not in answer.body
    sent = _tagged(request, response, answer.data) if is_tagged else response
    if not answer.is_change and takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
        return _COMPRESSING.process_response(request, sent)
    return sent


def _question(request: TenantRequest, media: str | None) -> Question:
    if media is None:
        raise malformed(f"Answers are {MODERN} or {LEGACY}.", 406)
    if not request.actor.is_known and not settings.DEBUG:
        raise unauthenticated()
    question = read(request)
    if not question.is_get:
        _check_token(request)
    return question


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


def _tagged(request: TenantRequest, response: HttpResponse, data: str) -> HttpResponseBase:
    """The answer with a tag of its data, or that the client has it still; what it cost is no part of it."""
    tag = f'W/"{hashlib.blake2b(data.encode(), digest_size=16).hexdigest()}"'
    response["ETag"], response["Cache-Control"] = tag, "private, no-cache"
    found = get_conditional_response(request, etag=tag, response=response)
    return found or response


_COMPRESSING = GZipMiddleware(lambda _: HttpResponse())


def _page(request: TenantRequest, examples: list[Tab]) -> HttpResponse:
    if not request.actor.is_known and not settings.DEBUG:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    return graphiql.page(request, examples)


def _response(answer: Answer, media: str) -> HttpResponse:
    status = answer.status if media == MODERN else answer.legacy
    response = HttpResponse(
        answer.text, status=status, content_type=f"{media}; charset=utf-8", headers=dict(answer.headers)
    )
    response["Cache-Control"], response["Vary"] = "no-store", VARIES
    return response
