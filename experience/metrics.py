"""Figures over answers, each from one aggregate in SQL.

Give a queryset that is cut the way the figure is meant:
`metrics.nps(Answer.objects.of_survey(survey).between(a, b))`. The kind of question is narrowed here, so
that scales are never pooled; None where nobody answered. Every figure is a dataclass of `experience.scores`
that carries `n`, its margin and its `definition`.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, DateField, Expression, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, TruncMonth

from accounts import tenancy
from accounts.tallies import Counted, Tally, day_of, totals
from experience import scores
from experience.models import QuestionKind
from experience.models.responses import AnswerQuerySet

_PARTS = {
    "promoters": Count("pk", filter=Q(score__gte=9)),
    "passives": Count("pk", filter=Q(score__range=(7, 8))),
    "detractors": Count("pk", filter=Q(score__lte=6)),
}


_POINTS = {f"at_{point}": Count("pk", filter=Q(score=point)) for point in range(1, 8)}
_SUMS = {
    "n": Count("pk"),
    "total": Sum("score", default=0),
    "squares": Sum(F("score") * F("score"), default=0),
}


def nps(answers: AnswerQuerySet) -> scores.Nps | None:
    """The Net Promoter Score of the answers."""
    return nps_tally(answers).count()


def nps_tally(answers: AnswerQuerySet) -> Tally[scores.Nps | None]:
    """The Net Promoter Score of the answers, still to be counted."""
    groups = totals(answers.of_kind(QuestionKind.NPS), **_PARTS)
    return Tally(groups, lambda rows: scores.nps(**_named(rows[0], _PARTS)) if rows else None)


def nps_by(answers: AnswerQuerySet, group: str | Expression) -> dict[Any, scores.Nps]:
    """The Net Promoter Score of each group that answered: `nps_by(answers, "response__company")`."""
    return _by_cut(_cut(answers, F(group) if isinstance(group, str) else group))


def nps_by_month(answers: AnswerQuerySet) -> dict[date, scores.Nps]:
    """The Net Promoter Score of each month in the tenant's time zone, by its first day."""
    return nps_by_month_tally(answers).count()


def nps_by_month_tally(answers: AnswerQuerySet) -> Tally[dict[date, scores.Nps]]:
    """The Net Promoter Score of each month, still to be counted."""
    month = TruncMonth("response__responded_at", tzinfo=tenancy.tenant().zone)
    groups = _cut(answers, Cast(month, DateField()))

    def made(rows: Counted) -> dict[date, scores.Nps]:
        return dict(sorted((day_of(day), score) for day, score in _by_cut(rows).items()))

    return Tally(groups, made)


def csat(answers: AnswerQuerySet) -> scores.Csat | None:
    """Customer satisfaction of the answers."""
    return csat_tally(answers).count()


def csat_tally(answers: AnswerQuerySet) -> Tally[scores.Csat | None]:
    """Customer satisfaction of the answers, still to be counted."""
    satisfied = Count("pk", filter=Q(score__gte=4))
    groups = totals(answers.of_kind(QuestionKind.CSAT), satisfied=satisfied, n=Count("pk"))
    return Tally(groups, lambda rows: scores.csat(rows[0]["satisfied"], rows[0]["n"]) if rows else None)


def ces(answers: AnswerQuerySet) -> scores.Ces | None:
    """Customer effort of the answers."""
    return ces_tally(answers).count()


def ces_tally(answers: AnswerQuerySet) -> Tally[scores.Ces | None]:
    """Customer effort of the answers, still to be counted."""
    groups = totals(answers.of_kind(QuestionKind.CES), **_POINTS)

    def made(rows: Counted) -> scores.Ces | None:
        counts = _named(rows[0], _POINTS) if rows else {}
        return scores.ces({int(name.removeprefix("at_")): count for name, count in counts.items()})

    return Tally(groups, made)


def rating(answers: AnswerQuerySet) -> scores.Mean | None:
    """The mean of the ratings on 1-10."""
    return rating_tally(answers).count()


def rating_tally(answers: AnswerQuerySet) -> Tally[scores.Mean | None]:
    """The mean of the ratings, still to be counted."""
    groups = totals(answers.of_kind(QuestionKind.RATING), **_SUMS)
    return Tally(groups, lambda rows: scores.rating(**_named(rows[0], _SUMS)) if rows else None)


def _named(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: row[name] for name in names}


def _cut(answers: AnswerQuerySet, cut: Expression | F) -> QuerySet:
    return answers.of_kind(QuestionKind.NPS).order_by().values(cut=cut).annotate(**_PARTS)


def _by_cut(rows: Iterable[Mapping[str, Any]]) -> dict[Any, scores.Nps]:
    found = {row["cut"]: scores.nps(**_named(row, _PARTS)) for row in rows}
    return {key: score for key, score in found.items() if score}
