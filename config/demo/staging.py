"""Put a story on the stage: written in batches through the same verbs and intake as everything else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import batched
from uuid import UUID

from accounts.actor import Actor
from config.demo.cast import Firm, Happening, Reply, Someone, Story
from experience import responses
from experience.drafts import AnswerDraft, ResponseDraft
from experience.models import Question, Survey
from journeys import affiliations, intake, rollups
from journeys.affiliations import Ending
from journeys.incoming import Grouping, Identification, Incoming, Message
from journeys.models import Affiliation, Company, Identity

BATCH = 5_000


class Refused(RuntimeError):
    """A verb refused a part of the story: the story is wrong."""


@dataclass(slots=True)
class Staging:
    """The people, companies, events and answers of a story, written into the current tenant.

    Needs the tenant and a transaction around it. Each step says how much it wrote.
    """

    story: Story
    by: Actor
    source: str = "demo"
    companies: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)

    def play(self) -> Iterator[str]:
        """Write everything that the ground floor and experience know of."""
        self._take([_grouping(firm) for firm in self.story.firms])
        yield f"{len(self.story.firms):,} companies"
        self._take([_identification(someone) for someone in self.story.people])
        self._take([_belonging(someone) for someone in self.story.people if someone.firm])
        self.companies = dict(Company.objects.exclude(key="").values_list("key", "pk"))
        self.people = dict(Identity.objects.filter(kind="user").values_list("value", "person_id"))
        yield f"{len(self.story.people):,} people"
        self._take([_incoming(happening) for happening in self.story.happenings])
        yield f"{len(self.story.happenings):,} events"
        self._answer()
        yield f"{len(self.story.replies):,} answered surveys"
        self._let_go()

    def fold(self) -> str:
        """Bring the rollups up to date with all that was written."""
        events = 0
        while (folded := rollups.fold(limit=50_000)).more:
            events += folded.events
        return f"{events:,} lines of the timeline folded into rollups"

    def _take(self, messages: Sequence[Message]) -> None:
        for batch in batched(messages, BATCH):
            taken = intake.take(batch, source=self.source, by=self.by)
            if taken.refused:
                raise Refused(str(taken.refused[0]))

    def _answer(self) -> None:
        surveys = {survey.key: survey for survey in Survey.objects.all()}
        questions = {(question.survey_id, question.position): question for question in Question.objects.all()}
        drafts = [self._draft(reply, surveys[reply.survey], questions) for reply in self.story.replies]
        for batch in batched(drafts, BATCH):
            taken = responses.record_many(batch, source=self.source, by=self.by)
            if taken.refused:
                raise Refused(str(taken.refused[0].error))

    def _draft(
        self, reply: Reply, survey: Survey, questions: dict[tuple[UUID, int], Question]
    ) -> ResponseDraft:
        return ResponseDraft(
            survey=survey,
            person_id=self.people[reply.who],
            answers=[
                AnswerDraft(question=questions[survey.pk, position], score=score, text=text)
                for position, score, text in reply.answers
            ],
            responded_at=reply.at,
            recorded_at=reply.at,
            channel=reply.channel,
            key=reply.key,
        )

    def _let_go(self) -> None:
        """End the parts of those who left, last: what they did and said before belongs to their company."""
        left = {self.people[someone.key]: someone.until for someone in self.story.people if someone.until}
        endings = []
        for affiliation in Affiliation.objects.open().filter(person__in=left):
            at = _midnight(left[affiliation.person_id])
            endings.append(Ending(affiliation_id=affiliation.pk, at=at, recorded_at=at))
        affiliations.end_many(endings, by=self.by)


def _grouping(firm: Firm) -> Grouping:
    return Grouping(
        company_key=firm.key,
        occurred_at=_midnight(firm.opened_on),
        name=firm.name,
        domain=firm.domain,
        traits=firm.traits,
    )


def _identification(someone: Someone) -> Identification:
    return Identification(user_id=someone.key, email=someone.email, name=someone.name)


def _belonging(someone: Someone) -> Grouping:
    return Grouping(
        company_key=someone.firm or "",
        occurred_at=_midnight(someone.since),
        identity=("user", someone.key),
        role=someone.role,
        recorded_at=_midnight(someone.since),
    )


def _incoming(happening: Happening) -> Incoming:
    return Incoming(
        name=happening.name,
        occurred_at=happening.at,
        recorded_at=happening.known_at,
        key=happening.key,
        identity=("user", happening.who) if happening.who else None,
        company_key=happening.firm or "",
        channel=happening.channel,
        value=happening.value,
        properties=happening.properties,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
