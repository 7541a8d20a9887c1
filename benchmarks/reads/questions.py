"""What is asked: each question as a document and as one statement, which return the very same data."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accounts.permissions import Permission

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Question:
    """One question in two languages; `permissions` are those that the view asks for."""

    name: str
    permissions: frozenset[Permission]
    takes_id: bool = False
    beside: str = ""
    """Whose statement it is compared with, where SQL alone could not answer it."""

    @property
    def document(self) -> str:
        """It in GraphQL."""
        return self.in_words_of("")

    def in_words_of(self, peer: str) -> str:
        """It in the GraphQL of another server."""
        return (HERE / peer / f"{self.name}.graphql").read_text()

    @property
    def statement(self) -> str:
        """It in SQL: one row with one text, which is JSON."""
        return (HERE / f"{self.name}.sql").read_text()

    @property
    def address(self) -> str:
        """The name under which its statement is served."""
        return self.beside or self.name

    def variables(self, key: str) -> Mapping[str, Any]:
        """The document's variables."""
        return {"id": key} if self.takes_id else {}


SEEN = frozenset(
    {Permission.SEE_ACCOUNTS, Permission.SEE_COMPANIES, Permission.SEE_HEALTH, Permission.SEE_MEMBERS}
)
ACCOUNT = Question("account", SEEN, takes_id=True)
PAGE = Question("page", SEEN | {Permission.SEE_PEOPLE, Permission.SEE_RESPONSES})
DASHBOARD = Question("dashboard", SEEN | {Permission.SEE_RESPONSES})
QUESTIONS = (ACCOUNT, PAGE, DASHBOARD)
"""Those that one statement answers."""

EXPLAINED = Question("explained", PAGE.permissions, beside=PAGE.name)
"""The page and what each score is made of, which is worked out in Python."""
