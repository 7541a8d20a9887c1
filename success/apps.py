from django.apps import AppConfig


class SuccessConfig(AppConfig):
    """What we have with our customers, and how they do: accounts, contracts, health."""

    name = "success"
    verbose_name = "Customer success"

    def ready(self) -> None:
        """Follow the rollups, so that health follows what happens."""
        from success import receivers

        receivers.listen()
