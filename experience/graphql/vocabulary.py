"""The closed lists of surveys."""

from accounts.graphql.enums import described
from experience.models import QuestionKind

__all__ = ["QuestionKind"]

described(QuestionKind)
