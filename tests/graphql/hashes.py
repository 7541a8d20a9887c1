"""Questions by hash, as clients send them, and documents that no other test has asked."""

import hashlib
import json
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.test import Client

from accounts.models import Tenant

MODERN, LEGACY = "application/graphql-response+json", "application/json"


def a_text(selection: str = "viewer { kind }", kind: str = "query") -> str:
    """A document that was never asked before: what is kept outlives a test."""
    return f"{kind} Q{uuid4().hex} {{ {selection} }}"


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def by_hash(text: str, **more: Any) -> dict[str, Any]:
    """A question that names its document by its hash alone, as Apollo's clients write it."""
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": sha256_of(text)}}, **more}


def program(tenant: Tenant, key: str) -> Client:
    """A program with a key, at the tenant's host."""
    return Client(headers={"host": f"{tenant.schema_name}.unison.test", "authorization": f"Bearer {key}"})


def post(client: Client, body: object, accept: str = MODERN) -> Any:
    raw = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post("/graphql/", raw, content_type=LEGACY, headers={"accept": accept})


def get(client: Client, body: dict[str, Any], **headers: str) -> Any:
    """The same by GET: objects are JSON in the address."""
    given = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in body.items()}
    return client.get(f"/graphql/?{urlencode(given)}", headers={"accept": MODERN, **headers})


def code_of(answer: Any) -> str:
    """The code of the one error."""
    (error,) = answer.json()["errors"]
    return str(error["extensions"]["code"])
