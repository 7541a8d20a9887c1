from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """The outbox, webhooks, and what other systems send in."""

    name = "integrations"

    def ready(self) -> None:
        """Let the outbox hear what verbs announce."""
        from integrations import receivers

        receivers.listen()
