"""Objects of free content, as they come in."""

from collections.abc import Mapping
from typing import Any

from accounts.errors import Invalid


def traits_of(given: object, *, field: str = "traits") -> Mapping[str, Any]:
    """An object by name; refused where it is something else."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Invalid("This must be an object.", field=field)
    return given
