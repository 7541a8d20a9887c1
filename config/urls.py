"""Addresses."""

from django.urls import URLPattern, URLResolver, path

from accounts.admin.site import site
from accounts.graphql.view import graphql_view
from config.schema import engine, examples

handler500 = "config.failures.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", site.urls),
    path("graphql/", graphql_view(engine, examples), name="graphql"),
]
