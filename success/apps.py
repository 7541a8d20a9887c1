from django.apps import AppConfig


class SuccessConfig(AppConfig):
    """What we have with our customers, and how they do: accounts, contracts, health."""

    name = "success"
    verbose_name = "Customer success"

    def ready(self) -> None:
        """Follow the rollups, so that health follows what happens; make our offers."""
        from success import offers, receivers  # noqa: F401  # offers are made by being there

        receivers.listen()
