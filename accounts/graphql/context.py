"""What a resolver knows of the request it answers."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import strawberry

from accounts.actor import Actor
from accounts.graphql.documents import Document
from accounts.middleware import TenantRequest


@dataclass(slots=True)
class Context:
    """One request: who asks, and what was read for it already."""

    request: TenantRequest
    actor: Actor
    document: Document
    read: dict[Hashable, Any] = field(default_factory=dict)
    """Rows by the field and the group they were read for: a field is read once for all its parents."""


Info = strawberry.Info[Context, None]
