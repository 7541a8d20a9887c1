"""GraphQL over HTTP: which media type the client takes, and what it asks.

A request that is not well-formed is refused before GraphQL begins: whatever was sent, never with a 500.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest

from accounts.bodies import body_of
from accounts.graphql import guard, limits
from accounts.graphql.engine import Question
from accounts.graphql.errors import Code, Refused, error

MODERN = "application/graphql-response+json"
LEGACY = "application/json"
PAGE = "text/html"
NAMED = 2
"""How exact a range is that names a media type outright."""

SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
HEADER_MOST = 1_000
"""Characters of a header that are looked at."""

NAMES_DOCUMENT = ("query", "extensions", "documentId")
"""What a question by GET has at least one of."""


def malformed(message: str, status: int = 400, headers: Mapping[str, str] | None = None) -> Refused:
    """A request that is no question at all."""
    return Refused(error(message, Code.BAD_REQUEST), status=status, legacy=status, headers=headers)


def accepted(request: HttpRequest, *offered: str) -> str | None:
    """The offered media type that the client likes best; None where it takes none of them.

    Of two it likes alike, the first that it names is taken. No header and `*/*` name nothing, and mean
    `application/json`: clients from before the specification expect it.
    """
    return _best(request.META.get("HTTP_ACCEPT", "")[:HEADER_MOST], offered)


@lru_cache(maxsize=500)  # clients say the same all day
def _best(header: str, offered: tuple[str, ...]) -> str | None:
    header = header.strip() or "*/*"
    ranges = [_quality(part) for part in header.split(",")[:50] if part.strip()]
    best, best_rank = None, (0.0, False)
    for media in offered:
        matching = [(specificity, quality) for name, quality, specificity in ranges if _matches(name, media)]
        specificity, quality = max(matching, default=(0, 0.0))
        rank = (quality, specificity == NAMED or media == LEGACY)
        if quality and rank > best_rank:
            best, best_rank = media, rank
    return best


def _quality(part: str) -> tuple[str, float, int]:
    name, *parameters = (each.strip() for each in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            quality = _number(value)
    kind, _, subtype = name.lower().partition("/")
    return name.lower(), quality, (kind != "*") + (subtype != "*")


def takes_gzip(header: str) -> bool:
    """Whether a client that sends this `Accept-Encoding` takes gzip: it may say that it does not."""
    return _takes_gzip(header[:HEADER_MOST])


@lru_cache(maxsize=500)
def _takes_gzip(header: str) -> bool:
    codings = [_quality(part) for part in header.split(",")[:50]]
    return any(name == "gzip" and quality > 0 for name, quality, _ in codings)


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _matches(name: str, media: str) -> bool:
    kind = media.partition("/")[0]
    return name in {media, f"{kind}/*", "*/*"}


def read(request: HttpRequest) -> Question:
    """The question in a request."""
    if request.method == "GET":
        return _question(_from_address(request), is_get=True)
    if request.method != "POST":
        raise malformed("GraphQL takes GET and POST.", 405, {"Allow": "GET, POST"})
    if not request.content_type:
        raise malformed("Say by `Content-Type` what the body is: application/json.", 415)
    if request.content_type.lower() != LEGACY:
        raise malformed("The body must be application/json.", 415, {"Accept-Post": LEGACY})
    if (request.content_params or {}).get("charset", "utf-8").strip("\"'").lower() not in {"utf-8", "utf8"}:
        raise malformed("The body must be UTF-8.", 415)
    return _question(_loaded(_body(request), "The body"), is_get=False)


def _body(request: HttpRequest) -> bytes:
    try:
        return body_of(request, limits.BODY_BYTES)
    except RequestDataTooBig as refusal:
        raise malformed(f"The body is larger than {limits.BODY_BYTES} bytes.", 413) from refusal
    except (OSError, BadRequest) as refusal:
        raise malformed("The body could not be read.") from refusal


def _from_address(request: HttpRequest) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.GET.items())
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _loaded(given[name].encode(errors="surrogatepass"), f"`{name}`")
        else:
            given.pop(name, None)
    return given


def _loaded(body: bytes, what: str) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as refusal:
        raise malformed(f"{what} is not JSON in UTF-8, or nested too deeply.") from refusal


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON.")


def _question(given: Any, *, is_get: bool) -> Question:
    if not isinstance(given, dict):
        raise malformed("The body must be a JSON object; batches are not taken.")
    for key in ("variables", "extensions"):
        if given.get(key) is not None and not isinstance(given[key], dict):
            raise malformed(f"`{key}` must be an object.")
    sha256 = _hash(given)
    query, name = _query(given, needs_text=sha256 is None), given.get("operationName")
    if name is not None and (not isinstance(name, str) or not guard.is_clean(name)):
        raise malformed("`operationName` must be a string.")
    variables = given.get("variables") or {}
    try:
        guard.check_values(variables)
    except ValueError as refusal:
        raise Refused(error(str(refusal), Code.BAD_USER_INPUT)) from refusal
    return Question(query, variables, name or None, is_get, sha256)


def _query(given: Mapping[str, Any], *, needs_text: bool) -> str:
    query = given.get("query")
    if not needs_text and (query is None or query == ""):
        return ""
    if not isinstance(query, str) or not query.strip():
        raise malformed("`query` must be a document, as a string.")
    if not guard.is_clean(query.replace("\0", "")):
        raise malformed("`query` holds half of a surrogate pair.")
    return query


def _hash(given: Mapping[str, Any]) -> str | None:
    """The document's SHA-256: as Apollo's clients send it, or as the specification's appendix has it."""
    persisted, named = (given.get("extensions") or {}).get("persistedQuery"), given.get("documentId")
    if persisted is not None:
        if not isinstance(persisted, dict):
            raise malformed("`extensions.persistedQuery` must be an object.")
        if type(persisted.get("version")) is not int or persisted["version"] != 1:
            raise malformed("Of persisted queries, version 1 is known.")
        return _checked_hash(persisted.get("sha256Hash"), "`extensions.persistedQuery.sha256Hash`")
    if named is not None:
        return _checked_hash(named, "`documentId`")
    return None


def _checked_hash(given: Any, what: str) -> str:
    found = SHA256.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise malformed(f"{what} must be a SHA-256, as 64 hexadecimal digits in small letters.")
    return found[1]


def wants_page(request: HttpRequest) -> bool:
    """Whether a person in a browser is asking, and not a program: those name `text/html`."""
    if request.method != "GET" or any(name in request.GET for name in NAMES_DOCUMENT):
        return False
    return (
        PAGE in request.META.get("HTTP_ACCEPT", "").lower()
        and accepted(request, PAGE, MODERN, LEGACY) == PAGE
    )
