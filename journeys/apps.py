"""Journeys: what both wings stand on."""

from django.apps import AppConfig


class JourneysConfig(AppConfig):
    """People, companies, the timeline, stages."""

    name = "journeys"

    def ready(self) -> None:
        """Let the timeline hear what verbs announce; make our offers."""
        from journeys import offers, receivers  # noqa: F401  # offers are made by being there

        receivers.listen()
