from django.apps import AppConfig


class ExperienceConfig(AppConfig):
    """What people feel and say: surveys and their answers."""

    name = "experience"
    verbose_name = "Customer experience"

    def ready(self) -> None:
        """Listen."""
        from experience import receivers  # noqa: F401  # its handlers subscribe by being there
