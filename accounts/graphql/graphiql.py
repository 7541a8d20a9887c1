"""The page to try GraphQL in, from our own static files, with example questions as tabs."""

from pathlib import Path
from typing import TypedDict

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Tab(TypedDict):
    """A tab of the page as it opens."""

    query: str


def tabs(folder: Path) -> list[Tab]:
    """The documents in a folder, in the order of their names."""
    return [Tab(query=path.read_text()) for path in sorted(folder.glob("*.graphql"))]


def page(request: HttpRequest, examples: list[Tab]) -> HttpResponse:
    """GraphiQL."""
    return render(request, "accounts/graphiql.html", {"examples": examples})
