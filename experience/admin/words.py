"""Answers as people read them."""

from accounts.admin import words
from experience.models import Answer, QuestionKind
from experience.scores import Ces, Csat, Mean, Nps

NAMES = {
    QuestionKind.NPS: "NPS",
    QuestionKind.CSAT: "CSAT",
    QuestionKind.CES: "CES",
    QuestionKind.RATING: "Rating",
}


def score_of(answer: Answer) -> str:
    """A score with its scale, or that there are words."""
    scale = QuestionKind(answer.question.kind).scale
    if answer.score is None or scale is None:
        return "comment"
    return f"{NAMES[QuestionKind(answer.question.kind)]} {answer.score} of {scale[1]}"


def certainty(score: Nps | Csat | Ces | Mean) -> str:
    """How many answers, and how certain: never a figure without them."""
    answers = f"n = {score.n:,}"
    if score.margin is None:
        return answers
    digits = 0 if isinstance(score, Nps | Csat) else 2
    return f"± {words.number(score.margin, digits)} · {answers}"
