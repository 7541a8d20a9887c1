"""What can be read of surveys, responses and their figures."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import strawberry

from accounts.graphql.connections import connection
from accounts.graphql.context import Context
from accounts.graphql.fields import argument
from accounts.graphql.relations import single
from accounts.graphql.totals import total
from accounts.tallies import Tally
from experience import metrics, scores
from experience.graphql.figures import Ces, Csat, Nps, NpsOfMonth, Rating
from experience.graphql.filters import AnswerScope
from experience.graphql.types import ResponseNode, SurveyNode
from experience.models.responses import AnswerQuerySet

OF_NONE = "Null where nobody answered, or the actor may not see answers."


def _of_answers(
    kind: Any, tally_of: Callable[[AnswerQuerySet], Tally[Any]], description: str, **more: Any
) -> Any:
    """A figure of the answers that the argument `of` means."""

    def tally(context: Context, of: AnswerScope | None = None) -> Tally[Any]:
        return tally_of((of or AnswerScope()).answers(context))

    scope = argument("of", AnswerScope | None, "Which answers; all, if nothing is said.", default=None)
    return total(kind, tally, arguments=[scope], description=description, **more)


def _months(found: Mapping[date, scores.Nps]) -> list[NpsOfMonth]:
    return [NpsOfMonth(month=month, nps=nps) for month, nps in found.items()]  # type: ignore[arg-type]  # has what the type shows


@strawberry.type
class ExperienceQuery:
    survey = single(SurveyNode, description="A survey.")
    surveys = connection(SurveyNode, description="What is asked.")
    response = single(ResponseNode, description="A response.")
    responses = connection(ResponseNode, description="What came back, the latest first.")
    nps = _of_answers(Nps | None, metrics.nps_tally, f"Net Promoter Score. {OF_NONE}")
    nps_by_month = _of_answers(
        list[NpsOfMonth],
        metrics.nps_by_month_tally,
        "Net Promoter Score of each month in which anybody answered.",
        shown=_months,
    )
    csat = _of_answers(Csat | None, metrics.csat_tally, f"Customer satisfaction. {OF_NONE}")
    ces = _of_answers(Ces | None, metrics.ces_tally, f"Customer effort. {OF_NONE}")
    rating = _of_answers(Rating | None, metrics.rating_tally, f"Mean of the ratings. {OF_NONE}")
