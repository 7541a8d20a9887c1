"""The real addresses, and beside them other ways to ask, behind the very same middleware."""

from django.urls import URLPattern, URLResolver, path

from accounts.graphql.engine import Engine
from accounts.graphql.view import graphql_view
from benchmarks.reads import stock
from benchmarks.reads.questions import QUESTIONS
from benchmarks.reads.views import view_of
from config.schema import schema
from config.urls import urlpatterns as real

urlpatterns: list[URLPattern | URLResolver] = [
    *real,
    path("ordinary/", graphql_view(Engine(schema, is_compiling=False), [])),
    path("stock/", stock.view),
    *(path(f"by-hand/{question.name}", view_of(question)) for question in QUESTIONS),
]
