"""Figures at the root: counted by the database with all else that is asked, and made of the counts in Python.

nps = total(Nps | None, lambda context, of: metrics.nps_tally(of.answers(context)), description="...")

A figure of one row is told which by its id, and is made of that row, if the actor sees it, or of none:

health_on = total(..., lambda context, account, day: ..., arguments=[row("account", AccountNode), DAY])
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument

from accounts.graphql.context import Context
from accounts.graphql.ids import key_of
from accounts.graphql.nodes import Column, rows_of, shape_of
from accounts.tallies import Tally


class Counted(NamedTuple):
    """What has been counted already, with all else, and what is made of it."""

    made: Callable[[Sequence[Any]], Any]
    rows: Sequence[Any]


class RowArgument(StrawberryArgument):
    """The id of a row; what is counted is given the row itself, as the actor sees it."""

    name: str
    target: type

    def key(self, id: str) -> Any:
        """The row's key; refused where it is no id of its type."""
        return key_of(id, shape_of(self.target).name)


def row(name: str, target: type) -> RowArgument:
    """An argument `<name>_id` that means a row."""
    kind = StrawberryAnnotation(strawberry.ID)
    made = RowArgument(f"{name}_id", None, kind, description=f"The {name}'s id.")
    made.name, made.target = name, target
    return made


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
            tally = self.tally(info.context, kwargs, RowArgument.key)
            figure = tally and tally.count()
        return None if figure is None else self.shown(figure)

    def tally(
        self, context: Context, given: Mapping[str, Any], key: Callable[[RowArgument, str], Any]
    ) -> Tally[Any] | None:
        """What is to be counted; `key` says what stands for the key in a row's id."""
        meant = dict(given)
        for each in self.arguments:
            if isinstance(each, RowArgument):
                pk = key(each, meant.pop(each.python_name))
                meant[each.name] = rows_of(each.target, context).filter(pk=pk)
        return self.tally_of(context, **meant)


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
