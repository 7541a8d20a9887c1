"""The field in which one chooses a row by typing."""

from typing import Any
from uuid import UUID

from django.contrib.admin.widgets import AutocompleteSelect


class Chooser(AutocompleteSelect):
    """Django's own, which fails where it shows again what a form was sent and what is no id."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """What is chosen, to be shown; the field itself refuses what is nothing."""
        return super().optgroups(name, [each for each in value if not each or _is_id(each)], attr)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
