from django.apps import AppConfig


class ExperienceConfig(AppConfig):
    """What people feel and say: surveys and their answers."""

    name = "experience"
    verbose_name = "Customer experience"
