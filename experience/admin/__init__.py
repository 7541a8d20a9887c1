"""The admin of surveys and of what came back."""

from experience.admin import panels, responses, surveys

__all__ = ["panels", "responses", "surveys"]
