"""People, companies, their timeline and its rollups, and the stages they pass through."""

from journeys.models.companies import Affiliation, AffiliationRole, Company
from journeys.models.people import Identity, IdentityKind, Person
from journeys.models.rollups import DailyRollup
from journeys.models.stages import Stage, StageKind, StageVisit
from journeys.models.timeline import AppendOnly, Arrival, Event

__all__ = [
    "Affiliation",
    "AffiliationRole",
    "AppendOnly",
    "Arrival",
    "Company",
    "DailyRollup",
    "Event",
    "Identity",
    "IdentityKind",
    "Person",
    "Stage",
    "StageKind",
    "StageVisit",
]
