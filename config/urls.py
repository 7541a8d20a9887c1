"""Addresses."""

from django.urls import URLPattern, URLResolver, path, re_path

from accounts.admin.site import site
from accounts.graphql.view import graphql_view
from config import front
from config.schema import engine, examples

handler404 = "config.front.missing"
handler500 = "config.front.failed"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.door, name="door"),
    path("admin/", site.urls),
    path("graphql/", graphql_view(engine, examples), name="graphql"),
    re_path("^v1/", front.no_call),  # calls that are known are answered before they come here
]
