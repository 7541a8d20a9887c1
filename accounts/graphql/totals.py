"""Figures at the root: counted by the database with all else that is asked, and made of the counts in Python.

nps = total(Nps | None, lambda context, of: metrics.nps_tally(of.answers(context)), description="...")
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from accounts.graphql.nodes import Column
from accounts.tallies import Tally


class Counted(NamedTuple):
    """What has been counted already, with all else, and what is made of it."""

    made: Callable[[Sequence[Any]], Any]
    rows: Sequence[Any]


class TotalField(Column):
    """A figure of the root; null where there is no tally, for those who may not see it."""

    tally_of: Callable[..., Tally[Any] | None]
    shown: Callable[[Any], Any]

    @property
    def is_basic_field(self) -> bool:
        """Never: it is counted when it is asked for."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The figure; where it was counted with all else, that is the source."""
        if isinstance(source, Counted):
            figure = source.made(source.rows)
        else:
            tally = self.tally_of(info.context, **kwargs)
            figure = tally and tally.count()
        return None if figure is None else self.shown(figure)


def total(
    kind: Any,
    tally_of: Callable[..., Tally[Any] | None],
    *,
    description: str,
    arguments: Sequence[StrawberryArgument] = (),
    shown: Callable[[Any], Any] = lambda figure: figure,
) -> Any:
    """A field of the root that is a figure; `shown` makes of it what the type shows, where it is not that."""
    made = TotalField(description=description, type_annotation=StrawberryAnnotation(kind))
    made.tally_of, made.shown = tally_of, shown
    made.arguments = list(arguments)
    return made
