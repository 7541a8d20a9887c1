"""Lists as CSV: streamed, bounded, and harmless when opened in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from accounts.models import Tenant
from accounts.tenancy import inside

AT_MOST = 100_000
BATCH = 2_000
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
BYTE_ORDER_MARK = "\ufeff"
"""By which spreadsheets know that this is UTF-8."""


class _Echo:
    """What the writer writes to: it gives back each line."""

    def write(self, line: str) -> str:
        return line


def harmless(value: Any) -> str:
    """A cell's text; what a spreadsheet would take for a formula is marked as text."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(BEGINS_A_FORMULA) else text


def stream(
    tenant: Tenant, rows: QuerySet, columns: Sequence[str], cells: Callable[[Any], Iterable[Any]], name: str
) -> StreamingHttpResponse:
    """The rows, the latest first, as a file that is written while it is sent.

    The body runs after the request's transaction, so each batch has one of its own.
    """
    body = _lines(tenant, rows, columns, cells)
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _lines(
    tenant: Tenant, rows: QuerySet, columns: Sequence[str], cells: Callable[[Any], Iterable[Any]]
) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK + writer.writerow(columns)
    ordered, written, last = rows.order_by("-pk"), 0, None
    while written < AT_MOST:
        following = ordered.filter(pk__lt=last) if last else ordered
        with inside(tenant), transaction.atomic():
            batch = list(following[: min(BATCH, AT_MOST - written)])
        for row in batch:
            yield writer.writerow([harmless(cell) for cell in cells(row)])
        if len(batch) < BATCH:
            return
        written, last = written + len(batch), batch[-1].pk
