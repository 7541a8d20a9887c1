"""What can be read of surveys, responses and their figures."""

from typing import Annotated

import strawberry

from accounts.graphql.connections import connection
from accounts.graphql.context import Info
from accounts.graphql.relations import single
from experience import metrics
from experience.graphql.figures import Ces, Csat, Nps, NpsOfMonth, Rating
from experience.graphql.filters import AnswerScope
from experience.graphql.types import ResponseNode, SurveyNode
from experience.models.responses import AnswerQuerySet

Scope = Annotated[
    AnswerScope | None, strawberry.argument(description="Which answers; all, if nothing is said.")
]
OF_NONE = "Null where nobody answered, or the actor may not see answers."


def _answers(info: Info, of: AnswerScope | None) -> AnswerQuerySet:
    return (of or AnswerScope()).answers(info.context)


@strawberry.type
class ExperienceQuery:
    survey = single(SurveyNode, description="A survey.")
    surveys = connection(SurveyNode, description="What is asked.")
    response = single(ResponseNode, description="A response.")
    responses = connection(ResponseNode, description="What came back, the latest first.")

    @strawberry.field(description=f"Net Promoter Score. {OF_NONE}")
    def nps(self, info: Info, of: Scope = None) -> Nps | None:
        """One aggregate."""
        return metrics.nps(_answers(info, of))  # type: ignore[return-value]  # has what the type shows

    @strawberry.field(description="Net Promoter Score of each month in which anybody answered.")
    def nps_by_month(self, info: Info, of: Scope = None) -> list[NpsOfMonth]:
        """One aggregate, grouped."""
        found = metrics.nps_by_month(_answers(info, of))
        return [NpsOfMonth(month=month.date(), nps=nps) for month, nps in found.items()]  # type: ignore[arg-type]

    @strawberry.field(description=f"Customer satisfaction. {OF_NONE}")
    def csat(self, info: Info, of: Scope = None) -> Csat | None:
        """One aggregate."""
        return metrics.csat(_answers(info, of))  # type: ignore[return-value]

    @strawberry.field(description=f"Customer effort. {OF_NONE}")
    def ces(self, info: Info, of: Scope = None) -> Ces | None:
        """One aggregate."""
        return metrics.ces(_answers(info, of))  # type: ignore[return-value]

    @strawberry.field(description=f"Mean of the ratings. {OF_NONE}")
    def rating(self, info: Info, of: Scope = None) -> Rating | None:
        """One aggregate."""
        return metrics.rating(_answers(info, of))  # type: ignore[return-value]
