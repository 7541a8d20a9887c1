"""Where everything is and how to get in: for the eye, and as one JSON object for programs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Facts = dict[str, Any]


def facts(data: Path, port: int) -> Facts:
    """The addresses, and with each demo tenant its sign-ins and keys as the seed wrote them down."""
    site = f"http://localhost:{port}"
    demo = _demo(data / "demo.json")
    return {
        "url": site,
        "graphql": f"{site}/graphql/",
        "readyz": f"{site}/readyz",
        "data": str(data),
        **{name: value for name, value in demo.items() if name != "tenants"},
        "tenants": [_with_addresses(tenant, port) for tenant in demo.get("tenants", [])],
    }


def _demo(file: Path) -> Facts:
    try:
        return dict(json.loads(file.read_text()))
    except (OSError, ValueError):
        return {}


def _with_addresses(tenant: Facts, port: int) -> Facts:
    site = f"http://{tenant['domain']}:{port}"
    return {**tenant, "url": site, "admin": f"{site}/admin/", "graphql": f"{site}/graphql/"}


def lines(found: Facts) -> Iterator[str]:
    """The same for the eye."""
    yield f"API host       {found['graphql']}  (the tenant comes from the key)"
    for tenant in found["tenants"]:
        yield ""
        yield f"{tenant['name']:<14} {tenant['admin']}"
        yield f"{'':<14} {tenant['graphql']}"
        for label, words in _ways_in(tenant):
            yield f"{label:>14} {words}"
    yield ""


def _ways_in(tenant: Facts) -> Iterator[tuple[str, str]]:
    people = tenant.get("sign_ins", [])
    for password in dict.fromkeys(person["password"] for person in people):
        first, *others = (person["email"] for person in people if person["password"] == password)
        yield "sign in as", f"{first}  with the password  {password}"
        if others:
            yield "or", ", ".join(others)
    for label, name in (("API key", "api_key"), ("write key", "write_key")):
        if key := tenant.get(name):
            yield label, key
