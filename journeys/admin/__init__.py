"""The admin of people, companies, their timeline and stages."""

from journeys.admin import companies, events, panels, people, stages

__all__ = ["companies", "events", "panels", "people", "stages"]
