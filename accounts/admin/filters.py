"""Filters of lists."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

LONGEST = 200


class ExactFilter(TextFilter):
    """Rows whose field has exactly the text that is typed in: an index can find them."""

    field: ClassVar[str]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        text = (self.value() or "").strip()[:LONGEST]
        return queryset.filter(**{self.field: text}) if text else queryset


class StandingFilter(DropdownFilter):
    """Whether a row still counts: those without an end, unless asked otherwise."""

    field: ClassVar[str]
    words: ClassVar[tuple[str, str]]
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [("now", self.words[0]), ("past", self.words[1])]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        match self.value():
            case "now":
                return queryset.filter(**{f"{self.field}__isnull": True})
            case "past":
                return queryset.filter(**{f"{self.field}__isnull": False})
            case _:
                return queryset
