"""The page to try GraphQL in, from our own static files, with example questions as tabs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(request: HttpRequest) -> HttpResponse:
    """GraphiQL."""
    return render(request, "accounts/graphiql.html")
