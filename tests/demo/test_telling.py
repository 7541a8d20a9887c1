"""The demo's story: always the same, in the past, and about something."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from config.demo.acme import ACME
from config.demo.globex import GLOBEX
from config.demo.telling import tell
from config.demo.world import HISTORY
from experience.scores import nps

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module", params=[ACME, GLOBEX], ids=lambda world: world.schema)
def told(request):
    return request.param, tell(request.param, today=TODAY, accounts=60)


def test_it_is_the_same_story_every_time(told):
    world, story = told
    assert tell(world, today=TODAY, accounts=60) == story


def test_fewer_accounts_are_its_beginning(told):
    world, story = told
    beginning = tell(world, today=TODAY, accounts=10)
    assert beginning.firms == story.firms[:10]
    assert beginning.happenings[:1_000] == story.happenings[:1_000]


def test_nothing_happens_today_or_later(told):
    _, story = told
    end = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=12)
    start = end - timedelta(days=HISTORY + 60)
    moments = [line.at for line in [*story.happenings, *story.replies]]
    assert start < min(moments) <= max(moments) < end
    assert all(line.at < line.known_at < end for line in story.happenings)


def test_keys_and_addresses_are_unique(told):
    _, story = told
    for keys in (
        [firm.key for firm in story.firms],
        [firm.domain for firm in story.firms],
        [someone.key for someone in story.people],
        [someone.email for someone in story.people],
        [line.key for line in story.happenings],
        [reply.key for reply in story.replies],
    ):
        assert len(keys) == len(set(keys))


def test_people_act_only_while_they_are_there(told):
    _, story = told
    parts = {someone.key: someone for someone in story.people}
    for line in story.happenings:
        someone, day = parts[line.who], line.at.date()
        assert someone.firm == line.firm
        assert someone.until is None or day <= someone.until + timedelta(
            days=5
        )  # a case may outlive its owner


def test_every_plot_is_told_and_every_hero_named(told):
    world, story = told
    assert {firm.plot for firm in story.firms} == {plot.key for plot in world.plots}
    assert {plot.hero for plot in world.plots if plot.hero} <= {firm.name for firm in story.firms}


def test_agreements_follow_each_other(told):
    _, story = told
    for firm in story.firms:
        assert firm.agreements
        assert firm.agreements[0].starts_on == firm.opened_on
        agreed = [agreement.agreed_at for agreement in firm.agreements]
        assert agreed == sorted(agreed)
        assert all(agreement.starts_on < agreement.ends_on for agreement in firm.agreements)
        assert firm.closed_on is not None or firm.agreements[-1].ends_on >= TODAY


def test_the_shock_shows_in_nps_and_passes(told):
    world, story = told
    kinds = {
        (plan.key, n): ask.kind for plan in world.surveys for n, ask in enumerate(plan.questions, start=1)
    }
    shock = world.shocks[0]
    scores: dict[str, list[int]] = defaultdict(list)
    for reply in story.replies:
        day = (reply.at.date() - TODAY).days
        when = "during" if shock.at(day) > shock.depth / 2 else "other"
        scores[when] += [score for n, score, _ in reply.answers if kinds[reply.survey, n] == "nps"]
    during, other = (
        nps(sum(s >= 9 for s in found), sum(7 <= s <= 8 for s in found), sum(s <= 6 for s in found))
        for found in (scores["during"], scores["other"])
    )
    assert during
    assert other
    assert during.score < other.score - 25


def test_scores_fit_their_questions(told):
    world, story = told
    kinds = {
        (plan.key, n): ask.kind for plan in world.surveys for n, ask in enumerate(plan.questions, start=1)
    }
    bounds = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 10)}
    for reply in story.replies:
        for position, score, text in reply.answers:
            kind = kinds[reply.survey, position]
            if kind == "text":
                assert score is None
                assert text
            else:
                assert bounds[kind][0] <= score <= bounds[kind][1]


def test_tenants_differ_in_words_stages_and_time():
    assert {use.name for use in ACME.uses} != {use.name for use in GLOBEX.uses}
    assert not {stage.key for stage in ACME.stages} & {stage.key for stage in GLOBEX.stages}
    assert ACME.zone != GLOBEX.zone
    assert any(someone.firm is None for someone in tell(GLOBEX, today=TODAY, accounts=20).people)
