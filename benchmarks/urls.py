"""The real addresses, and beside them the views written by hand that reads are compared with."""

from django.urls import URLPattern, URLResolver, path

from benchmarks.reads.questions import QUESTIONS
from benchmarks.reads.views import view_of
from config.urls import urlpatterns as real

urlpatterns: list[URLPattern | URLResolver] = [
    *real,
    *(path(f"by-hand/{question.name}", view_of(question)) for question in QUESTIONS),
]
