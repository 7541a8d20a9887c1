"""From a mutation's input to what a verb takes."""

from typing import Any

from strawberry import UNSET


def said(given: Any, *names: str, empty: Any = "") -> dict[str, Any]:
    """What an input says of these fields; null clears one, and what it leaves out stays as it is."""
    values = {name: getattr(given, name) for name in names}
    return {name: empty if value is None else value for name, value in values.items() if value is not UNSET}
