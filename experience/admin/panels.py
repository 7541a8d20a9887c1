"""What experience tells on the pages of others, on a survey's own page, and on the dashboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.admin import words
from accounts.admin.panels import DASHBOARD, Panel, shown_on
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from experience import metrics
from experience.admin.words import certainty, score_of
from experience.models import Answer, Question, Response, Survey
from experience.models.responses import AnswerQuerySet
from experience.scores import Ces, Csat, Mean, Nps
from journeys.models import Company, Person

LATEST = 6
DAYS = 90


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure with its name, and how certain it is."""

    name: str
    value: str
    certainty: str


@shown_on(DASHBOARD, order=40)
def voice(request: TenantRequest, row: None) -> Panel | None:
    """What customers say: the scores of the last 90 days."""
    if not request.actor.may(Permission.SEE_RESPONSES):
        return None
    now = timezone.now()
    answers = Answer.objects.visible_to(request.actor).between(now - timedelta(days=DAYS), now)
    note = f"Answers of the last {DAYS} days."
    return _figures("What customers say", answers, note, layout="main")


@shown_on("experience.survey", order=10)
def survey_figures(request: TenantRequest, survey: Survey) -> Panel | None:
    """The scores of one survey."""
    answers = Answer.objects.visible_to(request.actor).of_survey(survey)
    return _figures("Figures", answers, "All answers there are.", layout="main")


@shown_on("experience.survey", order=20)
def survey_questions(request: TenantRequest, survey: Survey) -> Panel:
    """What it asks."""
    context = {"questions": Question.objects.visible_to(request.actor).filter(survey=survey)}
    return Panel("Questions", "experience/admin/questions.html", context, layout="aside", icon="help")


@shown_on("experience.response", order=10)
def answers_of(request: TenantRequest, response: Response) -> Panel:
    """What was answered."""
    found = Answer.objects.visible_to(request.actor).filter(response=response).select_related("question")
    lines = [(answer, score_of(answer)) for answer in found.order_by("question__position")]
    return Panel(
        "Answers", "experience/admin/answers.html", {"answers": lines}, layout="wide", icon="reviews"
    )


@shown_on("journeys.person", order=30)
def person_answers(request: TenantRequest, person: Person) -> Panel | None:
    """What a person answered last."""
    return _latest(request, Response.objects.visible_to(request.actor).filter(person=person), names=False)


@shown_on("journeys.company", order=30)
def company_answers(request: TenantRequest, company: Company) -> Panel | None:
    """What a company's people answered last."""
    return _latest(request, Response.objects.visible_to(request.actor).filter(company=company), names=True)


def _latest(request: TenantRequest, responses: Any, *, names: bool) -> Panel | None:
    if not request.actor.may(Permission.SEE_RESPONSES):
        return None
    latest = responses.order_by("-responded_at", "id")[:LATEST]
    found = latest.select_related("survey", "person").prefetch_related("answers__question")
    lines = [
        {
            "response": response,
            "who": str(response.person) if names else "",
            "scores": ", ".join(
                score_of(answer) for answer in response.answers.all() if answer.score is not None
            ),
            "words": " ".join(answer.text for answer in response.answers.all() if answer.text),
        }
        for response in found
    ]
    return Panel("Answers", "experience/admin/latest.html", {"lines": lines}, layout="aside", icon="reviews")


def _figures(title: str, answers: AnswerQuerySet, note: str, *, layout: str) -> Panel:
    context = {"tiles": list(_tiles(answers))}
    stated = " ".join(figure.definition for figure in (Nps, Csat, Ces, Mean))
    note = f"{note} {stated} An empty set has no score. Scales are never pooled."
    return Panel(title, "experience/admin/figures.html", context, note=note, layout=layout, icon="reviews")


def _tiles(answers: AnswerQuerySet) -> Iterator[Tile]:
    yield _tile("NPS", metrics.nps(answers), signed=True)
    yield _tile("CSAT", metrics.csat(answers), unit=" %")
    yield _tile("CES", metrics.ces(answers), digits=2)
    yield _tile("Rating", metrics.rating(answers), digits=2)


def _tile(
    name: str, score: Nps | Csat | Ces | Mean | None, *, digits: int = 0, unit: str = "", signed: bool = False
) -> Tile:
    if score is None:
        return Tile(name, words.NONE, "nobody answered")
    value = words.signed(score.score, digits) if signed else words.number(score.score, digits)
    return Tile(name, f"{value}{unit}", certainty(score))
