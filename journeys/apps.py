"""Journeys: what both wings stand on."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """People, companies, the timeline, stages."""

    name = "journeys"

    def ready(self) -> None:
        """Let the timeline hear what verbs announce."""
        from journeys import receivers

        receivers.listen()
