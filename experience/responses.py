"""What came back: responses are recorded with their answers, one at a time or by the thousand, each once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import DomainError, Invalid, LimitExceeded, NotFound
from accounts.events import emit_many
from accounts.identifiers import uuid7
from accounts.permissions import Permission
from experience.drafts import ResponseDraft, check, is_storable
from experience.events import SurveyAnswered
from experience.models import Answer, Response
from journeys.models import Affiliation, Company, Person

MOST_AT_ONCE = 10_000

type Pairs = list[tuple[Response, ResponseDraft]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one response of many was not stored."""

    index: int
    error: DomainError


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of many responses: those stored now, how many were here already, and those refused."""

    stored: list[Response]
    repeated: int
    refused: list[Refusal]


@transaction.atomic
def record(draft: ResponseDraft, *, source: str = "unison", by: Actor) -> Response:
    """Store one response; repeated with the same source and key, it is the one stored before."""
    taken = record_many([draft], source=source, by=by)
    if taken.refused:
        raise taken.refused[0].error
    if taken.stored:
        return taken.stored[0]
    return Response.objects.get(source=source, key=draft.key)


@transaction.atomic
def record_many(drafts: Sequence[ResponseDraft], *, source: str, by: Actor) -> Taken:
    """Store many responses in a bounded number of statements; a bad one is refused and the rest stored."""
    by.require(Permission.RECORD_RESPONSES)
    if any(draft.recorded_at for draft in drafts):
        by.require(Permission.BACKFILL_EVENTS)
    if len(drafts) > MOST_AT_ONCE:
        raise LimitExceeded(f"At most {MOST_AT_ONCE} responses at once.")
    if not source or not is_storable(source, 60):
        raise Invalid("A source is named with 1 to 60 characters.", field="source")
    good, refused = _sifted(drafts)
    stored = _stored(_built(good, source))
    answers = _answered(stored)
    emit_many([event for pair in stored for event in _told(*pair, answers[pair[0].pk])], by=by)
    return Taken([response for response, _ in stored], len(good) - len(stored), refused)


def _sifted(drafts: Sequence[ResponseDraft]) -> tuple[list[ResponseDraft], list[Refusal]]:
    """The responses that fit, and why the others do not."""
    people = _there(Person, {draft.person_id for draft in drafts})
    companies = _there(Company, {draft.company_id for draft in drafts if draft.company_id})
    good, refused, now = [], [], timezone.now()
    for index, draft in enumerate(drafts):
        try:
            if draft.person_id not in people:
                raise NotFound("There is no such person.", field="person_id")
            if draft.company_id and draft.company_id not in companies:
                raise NotFound("There is no such company.", field="company_id")
            check(draft, now)
        except DomainError as error:
            refused.append(Refusal(index, error))
        else:
            good.append(draft)
    return good, refused


def _there(model: type[Person | Company | Response], wanted: Collection[UUID]) -> set[UUID]:
    """Those of the ids that there are."""
    if not wanted:
        return set()
    return set(model._default_manager.filter(pk__in=wanted).order_by().values_list("pk", flat=True))


def _built(drafts: Sequence[ResponseDraft], source: str) -> Pairs:
    """The rows to store, each stamped with the company it was given for."""
    belonged, now = _Belonging(drafts), timezone.now()
    pairs: Pairs = []
    for draft in drafts:
        key, at = uuid7(), draft.responded_at or now
        response = Response(
            id=key,
            survey=draft.survey,
            person_id=draft.person_id,
            company_id=draft.company_id or belonged.at(draft.person_id, at),
            responded_at=at,
            recorded_at=draft.recorded_at or now,
            channel=draft.channel,
            source=source,
            key=draft.key or str(key),
        )
        pairs.append((response, draft))
    return pairs


class _Belonging:
    """Where people mainly belonged, and when."""

    def __init__(self, drafts: Sequence[ResponseDraft]) -> None:
        people = {draft.person_id for draft in drafts if draft.company_id is None}
        found = Affiliation.objects.primary().filter(person__in=people)
        latest = F("since").desc(nulls_last=True)
        self._of: dict[UUID, list[Affiliation]] = defaultdict(list)
        for affiliation in found.order_by(latest):
            self._of[affiliation.person_id].append(affiliation)

    def at(self, person_id: UUID, moment: datetime) -> UUID | None:
        """The company that the person belonged to at a moment."""
        for affiliation in self._of[person_id]:
            begun = affiliation.since is None or affiliation.since <= moment
            if begun and (affiliation.until is None or moment < affiliation.until):
                return affiliation.company_id
        return None


def _stored(pairs: Pairs) -> Pairs:
    """Store the responses that are not here yet; those that were stored now."""
    in_order = sorted(
        (response for response, _ in pairs), key=lambda response: response.key
    )  # never in a ring
    Response.objects.bulk_create(in_order, ignore_conflicts=True)
    here = _there(Response, {response.pk for response, _ in pairs})
    return [pair for pair in pairs if pair[0].pk in here]


def _answered(pairs: Pairs) -> dict[UUID, list[Answer]]:
    """Store the answers of the responses."""
    answers = {
        response.pk: [
            Answer(response=response, question=answer.question, score=answer.score, text=answer.text)
            for answer in draft.answers
        ]
        for response, draft in pairs
    }
    Answer.objects.bulk_create([answer for given in answers.values() for answer in given])
    return answers


def _told(response: Response, draft: ResponseDraft, answers: Sequence[Answer]) -> Iterator[SurveyAnswered]:
    """The scored answers as events; of a response of words alone, the first."""
    scored = [answer for answer in answers if answer.score is not None]
    for answer in scored or answers[:1]:
        yield SurveyAnswered(
            survey_id=response.survey_id,
            response_id=response.pk,
            answer_id=answer.pk,
            question_id=answer.question_id,
            person_id=response.person_id,
            company_id=response.company_id,
            kind=answer.question.kind,
            score=answer.score,
            channel=response.channel,
            responded_at=response.responded_at,
            recorded_at=draft.recorded_at,
        )
