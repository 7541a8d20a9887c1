"""JSON as it goes over the wire."""

import json
from typing import Any


def written(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
