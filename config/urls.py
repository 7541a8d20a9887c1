"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from accounts.graphql.view import graphql_view
from config.schema import engine

urlpatterns: list[URLPattern | URLResolver] = [
    path("graphql/", graphql_view(engine), name="graphql"),
]
