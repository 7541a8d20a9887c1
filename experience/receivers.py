"""What experience does on news: the answers of a visitor become those of whom they turned out to be."""

from accounts.events import Envelope, on
from experience.models import Response


@on("journeys.person_merged")
def hand_over(envelope: Envelope) -> None:
    """Let a person have answered what they answered as a visitor; told again, it changes nothing."""
    told = envelope.data
    Response.objects.filter(person=told["former_id"]).update(person=told["person_id"])
