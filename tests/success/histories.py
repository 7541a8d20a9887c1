"""Histories as hypothesis draws them: what happened to two accounts, and when it became known."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from experience.models import QuestionKind
from journeys import intake, people
from journeys.incoming import Identification, Incoming
from journeys.people import PersonDraft
from success import accounts, contracts, signals
from success.accounts import Closing
from success.contracts import ContractDraft, NewTerms
from success.models import Contract
from tests.factories import an_actor
from tests.success.factories import ago, an_account, answered, noon

type Deed = tuple[int, Callable[["Cast"], Any]]
"""How many days ago it became known, and what is done."""

ZONES = ("America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin", "UTC")
NAMES = ("opened", "asked", "seen", "page")
EDGES = st.sampled_from([0, 1, 27, 28, 29, 30, 55, 56, 57])
DAYS = EDGES | st.integers(0, 120)
PAST = st.lists(st.integers(1, 60), min_size=4, max_size=6, unique=True)


class Cast:
    """Two accounts with two people who answer for each, and the contracts made so far."""

    def __init__(self, opened: Sequence[int]) -> None:
        self.accounts = [an_account(opened=days) for days in opened]
        draft = PersonDraft(name="Somebody")
        self.people = [people.create(draft, by=an_actor()) for _ in range(2)]
        self.contracts: list[Contract] = []


@st.composite
def uses(draw) -> Deed:
    """Somebody did something, known at once or days later."""
    day, late, hour = draw(DAYS), draw(st.sampled_from([0, 0, 1, 30])), draw(st.integers(0, 11))
    known, name = max(day - late, 0), draw(st.sampled_from(NAMES))
    who = draw(st.sampled_from([("user", "ada"), ("user", "bob"), ("anonymous", "x"), None]))
    account = draw(st.integers(0, 1))

    def do(cast: Cast) -> None:
        event = Incoming(
            name=name,
            occurred_at=noon(day) - timedelta(hours=hour if day else 0),
            recorded_at=noon(known),
            identity=who,
            company_id=cast.accounts[account].company_id,
        )
        assert not intake.take([event], source="test", by=an_actor()).refused

    return known, do


@st.composite
def answers(draw) -> Deed:
    """Somebody answered a question."""
    kind = draw(st.sampled_from([QuestionKind.NPS, QuestionKind.CSAT, QuestionKind.CES, QuestionKind.RATING]))
    score, day = draw(st.integers(*kind.scale)), draw(DAYS | st.sampled_from([180, 181, 364, 365]))
    known = max(day - draw(st.sampled_from([0, 0, 2])), 0)
    account, person = draw(st.integers(0, 1)), draw(st.integers(0, 1))

    def do(cast: Cast) -> None:
        who = cast.people[person]
        answered(cast.accounts[account], kind, score, days=day, recorded=known, person=who)

    return known, do


@st.composite
def terms(draw) -> Deed:
    """A contract is agreed, or the one before it renewed, amended or ended."""
    known, what = draw(DAYS), draw(st.sampled_from(["agree", "agree", "renew", "amend", "end"]))
    account, cents = draw(st.integers(0, 1)), draw(st.integers(0, 10**7))
    starts, lasts = draw(st.integers(-30, 150)), draw(st.sampled_from([0, 1, 30, 90, 365]))

    def do(cast: Cast) -> None:
        begin, revenue, moment = ago(starts), Decimal(cents).scaleb(-2), noon(known)
        end = begin + timedelta(days=lasts)
        by, last = an_actor(), cast.contracts[-1] if cast.contracts else None
        if what == "agree" or last is None:
            draft = ContractDraft(
                account_id=cast.accounts[account].pk,
                recurring_revenue=revenue,
                starts_on=begin,
                ends_on=end,
                recorded_at=moment,
            )
            cast.contracts.append(contracts.agree(draft, by=by))
        elif what == "end":
            cast.contracts[-1] = contracts.end(last, end, recorded_at=moment, by=by)
        else:
            new = NewTerms(recurring_revenue=revenue, ends_on=end, recorded_at=moment)
            done = contracts.renew(last, new, by=by) if what == "renew" else contracts.amend(last, new, by=by)
            cast.contracts[-1] = done

    return known, do


@st.composite
def closings(draw) -> Deed:
    """An account is closed, known at once or days later."""
    day = draw(st.integers(0, 40))
    known = max(day - draw(st.sampled_from([0, 10])), 0)

    def do(cast: Cast) -> None:
        closing = Closing(account_id=cast.accounts[1].pk, closed_on=ago(day), recorded_at=noon(known))
        accounts.close_many([closing], by=an_actor())

    return known, do


def said(name: str, role: str) -> Deed:
    """It is said today what a name means."""
    return 0, lambda cast: signals.count_as(name, role, by=an_actor())


def merged(cast: Cast) -> None:
    """It turns out today who a visitor was."""
    intake.take([Identification(user_id="ada", anonymous_id="x")], source="test", by=an_actor())


TODAY = st.sampled_from(
    [said("asked", "support"), said("seen", "ignored"), said("opened", "ignored"), (0, merged)]
)
DEEDS = st.lists(
    uses() | uses() | uses() | answers() | terms() | closings() | TODAY, min_size=15, max_size=40
)
