"""What is asked and what came back: surveys, questions, responses, answers."""

from experience.models.responses import Answer, Response
from experience.models.surveys import Question, QuestionKind, Survey

__all__ = ["Answer", "Question", "QuestionKind", "Response", "Survey"]
