"""The HTTP API that Segment's and RudderStack's SDKs speak, with only their host changed.

The write key names the tenant, on whichever host; on a tenant's own host it must be that tenant's. A request
is one transaction with a few statements; the rollups follow in a worker.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts import keys
from accounts.bodies import body_of
from accounts.callers import served
from accounts.errors import Forbidden
from accounts.keys import Resolved
from accounts.middleware import origin_of
from accounts.tenancy import inside
from accounts.waking import wake
from integrations.catalogue import public_events
from integrations.tracking import wire
from integrations.tracking.calls import Reader, their_name, uncounted
from integrations.tracking.throttle import throttle
from integrations.tracking.wire import Post, Unreadable
from journeys import intake
from journeys.incoming import LARGEST_VALUE, Message, Refusal, Refused
from journeys.intake import Taken
from journeys.tasks import fold_rollups

OPEN_TO_BROWSERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "86400",
}
ALLOWED = {"Allow": "POST, OPTIONS"}
SOURCE_OF_API_KEYS = "api"
UNCOUNTED = f"This is not a number below {LARGEST_VALUE:,}: it is kept as a property, and not counted."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the calls of a request; `ignored` are parts of calls that were taken without them."""

    taken: Taken
    ignored: Sequence[Refusal]


class NothingFits(Unreadable):
    """Every call of a request was refused."""

    def __init__(self, taken: Taken) -> None:
        first = taken.refused[0]
        super().__init__(HTTPStatus.BAD_REQUEST, "invalid", f"{first.field}: {first.message}")
        self.taken = taken


type View = Callable[[HttpRequest], HttpResponse]


def endpoint(kind: str) -> View:
    """The view of one kind of call; `batch` takes all kinds."""

    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS":
            return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=OPEN_TO_BROWSERS)
        try:
            if request.method != "POST":
                raise Unreadable(HTTPStatus.METHOD_NOT_ALLOWED, "method", "Post to this address.", ALLOWED)
            return _answer(_take(request, kind))
        except NothingFits as reason:
            return _problem(reason, refused=_shown(reason.taken.refused))
        except Unreadable as reason:
            return _problem(reason)
        except RequestDataTooBig:
            return _problem(wire.too_large())
        except Forbidden as refusal:
            return _problem(Unreadable(HTTPStatus.FORBIDDEN, "forbidden", refusal.message))

    return view


def event_types(request: HttpRequest) -> HttpResponse:
    """The catalogue of events that webhooks carry, with schemas and examples."""
    entries = [entry._asdict() for entry in public_events()]
    return JsonResponse({"events": entries}, headers=OPEN_TO_BROWSERS)


def _take(request: HttpRequest, kind: str) -> Outcome:
    """Read a request, find out whose it is, and take in what fits."""
    is_batch = kind == "batch"
    post = wire.read(
        body_of(request, wire.MOST_BYTES), request.headers.get("Content-Encoding", ""), is_batch=is_batch
    )

    counted: set[UUID] = set()

    def work() -> Outcome:
        sender = _sender(request, post)
        if sender.key.pk not in counted:  # it may be done anew
            throttle.count(sender.key.pk, len(post.calls))
            counted.add(sender.key.pk)
        return _read_and_store(post, "" if is_batch else kind, sender)

    outcome = served(work)
    taken = outcome.taken
    if taken.refused and len(taken.refused) == len(post.calls):
        raise NothingFits(taken)
    return outcome


def _read_and_store(post: Post, kind: str, sender: Resolved) -> Outcome:
    reader = Reader(post.common if post.is_batch else {}, timezone.now())
    messages: dict[int, Message] = {}
    refused: list[Refusal] = []
    for place, call in enumerate(post.calls):
        try:
            messages[place] = reader.message(call, kind)
        except Refused as reason:
            refused.append(Refusal(place, reason.field, reason.message))
    taken = _store(list(messages.values()), sender)
    places = list(messages)
    for one in taken.refused:
        place = places[one.index]
        name = their_name(one.field, messages[place], post.calls[place])
        refused.append(Refusal(place, name, one.message))
    taken.refused = sorted(refused, key=lambda one: one.index)
    return Outcome(taken, _ignored(messages, taken))


def _ignored(messages: Mapping[int, Message], taken: Taken) -> list[Refusal]:
    """What was left out of calls that were taken."""
    odd = [(place, name) for place, message in messages.items() if (name := uncounted(message))]
    if not odd:
        return []
    refused = {one.index for one in taken.refused}
    return [Refusal(place, name, UNCOUNTED) for place, name in odd if place not in refused]


def _store(messages: Sequence[Message], sender: Resolved) -> Taken:
    with inside(sender.tenant):
        taken = intake.take(messages, source=sender.key.source or SOURCE_OF_API_KEYS, by=sender.actor)
        if taken.stored:
            wake(fold_rollups, schema=sender.tenant.schema_name)
    return taken


def _sender(request: HttpRequest, post: Post) -> Resolved:
    """Whose key came with the request, in the Authorization header or in the body.

    The key names the tenant; on a tenant's own host it must be that tenant's.
    """
    plain = wire.key_in(request.headers.get("Authorization", "")) or post.write_key
    host = request.get_host().rsplit(":", 1)[0]
    sender = keys.resolve(plain, origin=origin_of(request), host=None if host in settings.API_HOSTS else host)
    if sender is None:
        raise Unreadable(HTTPStatus.UNAUTHORIZED, "unauthorized", "There is no such write key.")
    request.tenant = sender.tenant  # type: ignore[attr-defined]  # for the request's line in the log
    return sender


def _answer(outcome: Outcome) -> HttpResponse:
    taken = outcome.taken
    content = {
        "success": True,
        "stored": taken.stored,
        "repeated": taken.repeated,
        "refused": _shown(taken.refused),
        "ignored": _shown(outcome.ignored),
    }
    return HttpResponse(json.dumps(content), content_type="application/json", headers=OPEN_TO_BROWSERS)


def _shown(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [{"index": one.index, "field": one.field, "message": one.message} for one in refusals]


def _problem(problem: Unreadable, **more: Any) -> HttpResponse:
    content = {"success": False, "code": problem.code, "message": problem.message, **more}
    headers = {**OPEN_TO_BROWSERS, **problem.headers}
    return JsonResponse(content, status=problem.status, headers=headers)
