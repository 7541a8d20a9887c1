"""Journeys: what both wings stand on."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """People, companies, the timeline, stages."""

    name = "journeys"
