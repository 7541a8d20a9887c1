"""GraphQL over HTTP against what answers the same: simpler things, slower ways, a peer.

Each question is asked of all of them in turn, in one series of rounds.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple
from uuid import UUID

from benchmarks.bench import Bench, asked, tenant_named
from benchmarks.data.build import MAIN
from benchmarks.harness import load
from benchmarks.harness.results import Finding, Target
from benchmarks.harness.rounds import Figure, Rounds, Spread, cpu, interleaved, rate, ratio, tail
from benchmarks.harness.samples import Sample
from benchmarks.reads import mutations
from benchmarks.reads.contenders import (
    BARE,
    GRAPHQL,
    ORDINARY,
    POSTGRAPHILE,
    STOCK,
    VIEW,
    Contenders,
    accounts_of,
    contending,
    requests,
)
from benchmarks.reads.questions import ACCOUNT, DASHBOARD, EXPLAINED, PAGE, Question

MANY, ONE = 8, 1
PART = 0.4
"""Of the time that a measurement may take: there are many, and requests are short."""

WORDS: Mapping[Figure, str] = {rate: "requests a second", cpu: "CPU"}


class Ratio(NamedTuple):
    """One of our figures over that of another, and what it must be."""

    against: str
    figure: Figure = rate
    target: Target | None = None
    ours: str = GRAPHQL


WITH_MANY: Mapping[Question, Sequence[Ratio]] = {
    ACCOUNT: [
        Ratio(BARE, rate, Target("≥", 0.15)),
        Ratio(BARE, cpu),
        Ratio(VIEW, rate, Target("≥", 0.85)),
        Ratio(VIEW, cpu),
        Ratio(POSTGRAPHILE, rate, Target("≥", 0.75)),
        Ratio(POSTGRAPHILE, cpu),
        Ratio(ORDINARY, rate),
        Ratio(STOCK, rate),
        Ratio(BARE, rate, ours=VIEW),
    ],
    PAGE: [
        Ratio(BARE, rate, Target("≥", 0.80)),
        Ratio(BARE, cpu),
        Ratio(VIEW, rate, Target("≥", 0.90)),
        Ratio(VIEW, cpu),
        Ratio(POSTGRAPHILE, rate, Target("≥", 2.5)),
        Ratio(POSTGRAPHILE, cpu),
        Ratio(ORDINARY, rate, Target("≥", 30)),
        Ratio(STOCK, rate, Target("≥", 30)),
        Ratio(BARE, rate, ours=VIEW),
        Ratio(POSTGRAPHILE, rate, ours=BARE),
        Ratio(ORDINARY, rate, ours=BARE),
    ],
    DASHBOARD: [
        Ratio(BARE, rate),
        Ratio(BARE, cpu),
        Ratio(VIEW, rate),
        Ratio(VIEW, cpu, Target("≤", 2.5)),
        Ratio(ORDINARY, rate),
        Ratio(BARE, rate, ours=VIEW),
    ],
    EXPLAINED: [Ratio(BARE, rate, Target("≥", 0.08)), Ratio(ORDINARY, rate)],
}
WITH_ONE: Mapping[Question, Sequence[Ratio]] = {
    ACCOUNT: [Ratio(BARE, rate, Target("≥", 0.40))],
    PAGE: [Ratio(BARE, rate)],
    DASHBOARD: [Ratio(BARE, rate)],
}
SLOW = Target("≤", 3)
"""How many times the middle the slowest of a hundred requests may take."""


def measure(bench: Bench) -> list[Finding]:
    """Every question, with many clients and with one; and what is returned by changes."""
    tenant = tenant_named(MAIN)
    with contending(bench, tenant) as contenders:
        keys = accounts_of(tenant)
        found = [
            finding
            for clients, questions in ((MANY, WITH_MANY), (ONE, WITH_ONE))
            for question, ratios in questions.items()
            for finding in compare(bench, contenders, question, ratios, keys, clients)
        ]
        return [*found, *mutations.measure(bench, contenders[GRAPHQL].server)]


def compare(  # noqa: PLR0913 - a row of the tables above, and whom and how to ask
    bench: Bench,
    contenders: Contenders,
    question: Question,
    ratios: Sequence[Ratio],
    keys: Sequence[UUID],
    clients: int,
) -> list[Finding]:
    """One question, put to all with whom it is compared and who are here."""
    names = {GRAPHQL, *(each.against for each in ratios)} & contenders.keys()

    def run(name: str) -> Sample:
        server, asks = contenders[name].server, requests(contenders[name], question, keys)
        return asked(bench, server.pid, load.Orders(server.port, asks, clients, PART * bench.seconds))

    in_turn = {name: partial(run, name) for name in contenders if name in names}
    rounds = interleaved(in_turn, bench.rounds)
    return findings(question, ratios, rounds, ", one client" if clients == ONE else "")


def findings(question: Question, ratios: Sequence[Ratio], rounds: Rounds, how: str) -> list[Finding]:
    """What came of it; of those who were not here, that they were not measured."""
    found = [
        Finding(
            f"{question.name}{_whose(each.ours)}: {WORDS[each.figure]}{how}",
            each.against,
            ratio(rounds, each.ours, each.against, each.figure) if each.against in rounds else None,
            each.target,
        )
        for each in ratios
    ]
    slow = Spread.of([tail(sample) for sample in rounds[GRAPHQL]])
    is_bound = question in (ACCOUNT, PAGE)
    return [*found, Finding(f"{question.name}: p99{how}", "p50", slow, SLOW if is_bound else None)]


def _whose(name: str) -> str:
    return "" if name == GRAPHQL else f" by {name}"
