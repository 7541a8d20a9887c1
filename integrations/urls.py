"""Addresses under `/v1/`: the calls of Segment's HTTP API, with the short names its browser SDK uses."""

from django.urls import re_path

from integrations.tracking import views

CALLS = {
    "identify": "i",
    "track": "t",
    "page": "p",
    "screen": "s",
    "group": "g",
    "alias": "a",
    "batch": "b",
}

urlpatterns = [
    *(re_path(rf"^(?:{kind}|{short})/?$", views.endpoint(kind), name=kind) for kind, short in CALLS.items()),
    re_path(r"^event-types/?$", views.event_types, name="event-types"),
]
