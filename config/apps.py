"""The roof, installed for its management commands."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, addresses, schema and queue."""

    name = "config"

    def ready(self) -> None:
        """Load the queue's application, so that `shared_task` binds to it in every process."""
        import config.celery  # noqa: F401  # needs settings, which need this module
