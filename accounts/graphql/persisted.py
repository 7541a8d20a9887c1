"""Documents that are asked by their SHA-256 instead of their text.

*Persisted* ones (Apollo's automatic persisted queries): a client sends the hash alone; where it is not known,
it is told so and sends the text with it once, which is kept for the next. They are kept in Valkey under the
tenant's name, each for a week after it was last asked, the least recently asked forgotten first. Where Valkey
is away, nothing is known, clients send texts, and the log says so.

*Trusted* ones (`accounts.trusted_documents`) are known by their hash to everybody in the tenant; keys that
are limited to them may ask nothing else.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import redis
from redis.client import Pipeline

from accounts import trusted_documents, valkey
from accounts.caching import key_of_tenant
from accounts.graphql.engine import Question, unauthenticated
from accounts.graphql.errors import Code, Refused, error
from accounts.graphql.negotiation import malformed
from accounts.middleware import TenantRequest
from accounts.models import KeyKind
from accounts.trusted_documents import sha256_of

logger = logging.getLogger(__name__)

LIFE = 7 * 24 * 3600
"""Seconds that a document is kept after it was last asked."""

MOST = 1_000
"""Documents that are kept for a tenant."""

LONGEST = 20_000
"""Bytes of a document that is kept; with `MOST`, a tenant takes 20 MB at most."""


def with_text(question: Question, request: TenantRequest) -> Question:
    """The question with its document's text; refused where that is not known, or not trusted."""
    if question.sha256 and not request.actor.is_known:
        raise unauthenticated()
    if question.sha256 and question.query and sha256_of(question.query) != question.sha256:
        raise malformed("The document has another SHA-256 than was sent with it.")
    if request.api_key is not None and request.api_key.trusted_documents_only:
        return replace(question, query=_trusted(question.sha256 or sha256_of(question.query)))
    if question.query or question.sha256 is None:
        return question
    text = kept(question.sha256) or trusted_documents.text_of(question.sha256)
    if text is None:
        raise Refused(error("PersistedQueryNotFound", Code.UNKNOWN_DOCUMENT), status=404)
    return replace(question, query=text)


def _trusted(sha256: str) -> str:
    text = trusted_documents.text_of(sha256)
    if text is None:
        message = "This key may ask trusted documents only, and this is none."
        raise Refused(error(message, Code.UNTRUSTED_DOCUMENT), status=403, legacy=403)
    return text


def keep_for(request: TenantRequest, question: Question) -> None:
    """Keep a document that was sent with its hash, and could be carried out.

    Not for keys that stand where anybody reads them, who could push out what others ask; programs with a
    limited key ask what is trusted, and need nothing kept.
    """
    key = request.api_key
    if key is None or not (key.kind == KeyKind.WRITE or key.trusted_documents_only):
        keep(question)


def keep(question: Question) -> None:
    """Keep a document for the current tenant."""
    sha256, text = question.sha256, question.query.encode()
    if sha256 is None or len(text) > LONGEST:
        return

    def ask(pipe: Pipeline) -> None:
        pipe.set(_key_of(sha256), text, ex=LIFE)
        pipe.zadd(_recently_asked(), {sha256: time.time()})
        pipe.expire(_recently_asked(), LIFE)
        pipe.zcard(_recently_asked())

    answers = _asked(ask)
    if answers and answers[-1] > MOST:
        _forget(answers[-1] - MOST)


def kept(sha256: str) -> str | None:
    """The text of a document that was kept, if it was; from now on for another while."""

    def ask(pipe: Pipeline) -> None:
        pipe.getex(_key_of(sha256), ex=LIFE)
        pipe.zadd(_recently_asked(), {sha256: time.time()}, xx=True)
        pipe.expire(_recently_asked(), LIFE)

    answers = _asked(ask)
    return answers[0].decode() if answers and answers[0] is not None else None


def _forget(number: int) -> None:
    popped = _asked(lambda pipe: pipe.zpopmin(_recently_asked(), number))
    if popped and popped[0]:
        names = [_key_of(sha256.decode()) for sha256, _ in popped[0]]
        _asked(lambda pipe: pipe.delete(*names))


def _key_of(sha256: str) -> str:
    return key_of_tenant(sha256, "graphql-document", 1)


def _recently_asked() -> str:
    return key_of_tenant("recently-asked", "graphql-document", 1)


def _asked(ask: Callable[[Pipeline], object]) -> list | None:
    """What Valkey says to commands sent in one round trip; None where it is away."""
    try:
        with valkey.client().pipeline(transaction=False) as pipe:
            ask(pipe)
            return pipe.execute()
    except redis.RedisError as problem:
        logger.warning("persisted documents are not known", extra={"problem": type(problem).__name__})
        return None
