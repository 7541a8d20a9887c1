"""Facts: what the root shows without asking the database, of who asks and where, or of Unison itself.

    viewer = fact(Viewer, Viewer.of, description="Who is asking.")

A fact is written when a plan is made, and kept with it. So it may be of nothing but what plans are kept under
(`reads.keys`): the tenant, and the actor with what they may do. Rows can hang on it as on a row (`extend`).
"""

from collections.abc import Callable
from typing import Any

from strawberry.annotation import StrawberryAnnotation

from accounts.graphql.context import Context
from accounts.graphql.nodes import Column


class FactField(Column):
    """What is known already."""

    known: Callable[[Context], Any]

    @property
    def is_basic_field(self) -> bool:
        """Never: the root has no attributes."""
        return False

    def get_result(self, source: Any, info: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """The fact."""
        return self.known(info.context)


def fact(kind: Any, known: Callable[[Context], Any], *, description: str) -> Any:
    """A field of the root that is known without the database."""
    made = FactField(description=description, type_annotation=StrawberryAnnotation(kind))
    made.known = known
    return made
