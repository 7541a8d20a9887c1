"""Filters of lists."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, RangeDateTimeFilter, TextFilter

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
    all_option = ("all", "All")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [("now", self.words[0]), ("past", self.words[1])]

    def value(self) -> str:
        """What is chosen."""
        return super().value() or "now"

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        if self.value() == "all":
            return queryset
        return queryset.filter(**{f"{self.field}__isnull": self.value() != "past"})


class DayFilter(RangeDateFilter):
    """From a day to a day, both included. Where one cannot be read nothing is shown, and that is said."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        ends = {}
        for end, lookup in (("from", "gte"), ("to", "lte")):
            if day := self.used_parameters.get(f"{self.parameter_name}_{end}"):
                ends[lookup] = (forms.DateField(), day)
        return _between(self, request, queryset, ends)


class MomentFilter(RangeDateTimeFilter):
    """From a moment to a moment where the tenant is; a day without a time is all of the day."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for end, hour in (("from", "00:00:00"), ("to", "23:59:59")):
            day, time = f"{self.parameter_name}_{end}_0", f"{self.parameter_name}_{end}_1"
            if self.used_parameters.get(day):
                self.used_parameters[time] = self.used_parameters.get(time) or hour

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Narrow the list."""
        ends = {}
        for end, lookup in (("from", "gte"), ("to", "lte")):
            parts = [self.used_parameters.get(f"{self.parameter_name}_{end}_{part}") or "" for part in (0, 1)]
            if any(parts):
                ends[lookup] = (_Moment(last=end == "to"), parts)
        return _between(self, request, queryset, ends)


class _Moment(forms.SplitDateTimeField):
    """A second of the tenant's clock: its beginning, or its end."""

    def __init__(self, *, last: bool) -> None:
        super().__init__()
        self.part = 999_999 if last else 0

    def compress(self, data_list: Any) -> datetime | None:
        day, time = data_list
        return datetime.combine(day, time.replace(microsecond=self.part), timezone.get_current_timezone())


def _between(
    one: Any, request: HttpRequest, rows: QuerySet, ends: Mapping[str, tuple[forms.Field, Any]]
) -> QuerySet:
    try:
        wanted = {f"{one.parameter_name}__{name}": field.clean(text) for name, (field, text) in ends.items()}
    except ValidationError:
        said = f"The filter “{one.title}” cannot be read, so nothing is shown: write 2026-03-31 and 14:30."
        messages.error(request, said)
        return rows.none()
    return rows.filter(**wanted)
