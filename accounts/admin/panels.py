"""Pages put together from parts that apps contribute: a page can show what its own app may not import.

`@shown_on("journeys.company", order=40)` registers a function that is given the request and the row the page
is about, and gives back a panel, or None where the actor may not see it. A page asks for its panels by name.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.middleware import TenantRequest

DASHBOARD = "dashboard"


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of a page; `wide` takes the whole width, `aside` the narrow column."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    layout: str = ""
    icon: str = ""


type Maker = Callable[[TenantRequest, Any], Panel | None]

_makers: dict[str, list[tuple[int, Maker]]] = defaultdict(list)


def shown_on(page: str, *, order: int) -> Callable[[Maker], Maker]:
    """Register a maker of panels for a page."""

    def register(maker: Maker) -> Maker:
        _makers[page].append((order, maker))
        return maker

    return register


def panels_of(
    page: str, request: TenantRequest, row: Any = None, *, without: Maker | None = None
) -> list[Panel]:
    """The panels of a page, in their order; all but one, where a page says itself what that one tells."""
    makers = sorted(_makers[page], key=lambda pair: pair[0])
    made = (make(request, row) for _, make in makers if make is not without)
    return [panel for panel in made if panel is not None]
