"""The lists of documents that front-end builds write, for `manage.py documents trust`.

Apollo's `generate-persisted-query-manifest` writes operations with names; Relay's compiler and
graphql-codegen's client preset write texts by ids.
"""

import json
from dataclasses import dataclass

from accounts.errors import Invalid
from accounts.trusted_documents import DocumentDraft, sha256_of

APOLLO = "apollo-persisted-query-manifest"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The documents of a build, and how many of them it calls by something else than their SHA-256."""

    documents: list[DocumentDraft]
    called_otherwise: int


def read(content: str) -> Manifest:
    """The documents in a manifest."""
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as refusal:
        raise Invalid("A manifest is JSON.") from refusal
    found = list(_entries(given))
    documents = [DocumentDraft(text=text, name=name) for _, text, name in found]
    otherwise = [key for key, text, _ in found if key.removeprefix("sha256:") != sha256_of(text)]
    return Manifest(documents, len(otherwise))


def _entries(given: object) -> list[tuple[str, str, str]]:
    match given:
        case {"format": str(kind), "version": 1, "operations": list(operations)} if kind == APOLLO:
            return [_operation(each) for each in operations]
        case {"format": str()}:
            raise Invalid(f"Of manifests with a `format`, {APOLLO} of version 1 is known.")
        case dict() if all(isinstance(text, str) for text in given.values()):
            return [(key, text, "") for key, text in given.items()]
    raise Invalid(f"A manifest is an object of ids and texts, or an {APOLLO}.")


def _operation(given: object) -> tuple[str, str, str]:
    match given:
        case {"id": str(key), "name": str(name), "body": str(text)}:
            return key, text, name
    raise Invalid("An operation of a manifest has an `id`, a `name` and a `body`.")
