"""A field that is a small table: rows typed in under headings, empty rows left out."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

type Row = dict[str, Any]

EMPTY = (None, "")


class TableWidget(forms.Widget):
    """The table; each cell is named for its row and its column, and says so to those who hear it."""

    template_name = "unison/widgets/table.html"

    def __init__(self, columns: Mapping[str, forms.Field], rows: int) -> None:
        super().__init__()
        self.columns = columns
        self.rows = rows

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        given: Sequence[Row] = value or []
        context["widget"]["headings"] = [field.label for field in self.columns.values()]
        context["widget"]["lines"] = [
            [self._cell(name, number, column, row) for column in self.columns]
            for number, row in enumerate([*given, *[{}] * (self.rows - len(given))])
        ]
        return context

    def _cell(self, name: str, number: int, column: str, row: Row) -> str:
        field = self.columns[column]
        attrs = {"aria-label": f"{field.label}, row {number + 1}", "id": f"id_{name}-{number}-{column}"}
        return str(field.widget.render(f"{name}-{number}-{column}", row.get(column), attrs))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Row]:
        """What was typed, row by row, the empty rows left out."""
        rows = [
            {
                column: field.widget.value_from_datadict(data, files, f"{name}-{number}-{column}")
                for column, field in self.columns.items()
            }
            for number in range(self.rows)
        ]
        return [row for row in rows if any(value not in EMPTY for value in row.values())]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: a table without a row is an answer, too."""
        return False


class TableField(forms.Field):
    """Rows of the columns' own fields."""

    def __init__(self, columns: Mapping[str, forms.Field], *, rows: int, **more: Any) -> None:
        self.columns = columns
        super().__init__(widget=TableWidget(columns, rows), **more)

    def clean(self, value: list[Row]) -> list[Row]:
        """Each cell by its column's rules; what is wrong is said with its row."""
        if self.required and not value:
            raise ValidationError("Fill in at least one row.")
        cleaned, problems = [], []
        for number, row in enumerate(value, start=1):
            line: Row = {}
            for column, field in self.columns.items():
                try:
                    line[column] = field.clean(row[column])
                except ValidationError as problem:
                    problems.append(f"Row {number}, {field.label}: {' '.join(problem.messages)}")
            cleaned.append(line)
        if problems:
            raise ValidationError(problems)
        return cleaned

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether any cell was typed over."""
        return (initial or []) != data
