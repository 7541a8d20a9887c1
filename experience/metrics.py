"""Figures over answers, each from one aggregate in SQL.

Give a queryset that is cut the way the figure is meant:
`metrics.nps(Answer.objects.of_survey(survey).between(a, b))`. The kind of question is narrowed here, so
that scales are never pooled; None where nobody answered. Every figure is a dataclass of `experience.scores`
that carries `n`, its margin and its `definition`.
"""

from datetime import datetime
from typing import Any

from django.db.models import Count, Expression, F, Q, Sum
from django.db.models.functions import TruncMonth

from accounts import tenancy
from experience import scores
from experience.models import QuestionKind
from experience.models.responses import AnswerQuerySet

_PARTS = {
    "promoters": Count("pk", filter=Q(score__gte=9)),
    "passives": Count("pk", filter=Q(score__range=(7, 8))),
    "detractors": Count("pk", filter=Q(score__lte=6)),
}


def nps(answers: AnswerQuerySet) -> scores.Nps | None:
    """The Net Promoter Score of the answers."""
    return scores.nps(**answers.of_kind(QuestionKind.NPS).order_by().aggregate(**_PARTS))


def nps_by(answers: AnswerQuerySet, group: str | Expression) -> dict[Any, scores.Nps]:
    """The Net Promoter Score of each group that answered: `nps_by(answers, "response__company")`."""
    cut = F(group) if isinstance(group, str) else group
    rows = answers.of_kind(QuestionKind.NPS).order_by().values(cut=cut).annotate(**_PARTS)
    found = {row.pop("cut"): scores.nps(**row) for row in rows}
    return {key: score for key, score in found.items() if score}


def nps_by_month(answers: AnswerQuerySet) -> dict[datetime, scores.Nps]:
    """The Net Promoter Score of each month in the tenant's time zone, keyed by its first moment."""
    by_month = nps_by(answers, TruncMonth("response__responded_at", tzinfo=tenancy.tenant().zone))
    return dict(sorted(by_month.items()))


def csat(answers: AnswerQuerySet) -> scores.Csat | None:
    """Customer satisfaction of the answers."""
    counts = (
        answers.of_kind(QuestionKind.CSAT)
        .order_by()
        .aggregate(satisfied=Count("pk", filter=Q(score__gte=4)), n=Count("pk"))
    )
    return scores.csat(**counts)


def ces(answers: AnswerQuerySet) -> scores.Ces | None:
    """Customer effort of the answers."""
    points = {f"at_{point}": Count("pk", filter=Q(score=point)) for point in range(1, 8)}
    counts = answers.of_kind(QuestionKind.CES).order_by().aggregate(**points)
    return scores.ces({int(name.removeprefix("at_")): count for name, count in counts.items()})


def rating(answers: AnswerQuerySet) -> scores.Mean | None:
    """The mean of the ratings on 1-10."""
    sums = (
        answers.of_kind(QuestionKind.RATING)
        .order_by()
        .aggregate(
            n=Count("pk"), total=Sum("score", default=0), squares=Sum(F("score") * F("score"), default=0)
        )
    )
    return scores.rating(**sums)
