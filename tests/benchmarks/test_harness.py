"""The measuring itself: rounds in turn, ratios within a round, CPU of whole trees, a strict client."""

import json
import os
import subprocess
import sys
from functools import partial
from urllib.parse import urlsplit

import pytest

from benchmarks.data.sizes import FULL, QUICK, fingerprint
from benchmarks.harness import load, processes
from benchmarks.harness.results import Finding, Target, markdown, table
from benchmarks.harness.rounds import Spread, cpu, interleaved, rate, ratio, tail
from benchmarks.harness.samples import Meter, Sample

BURN = "sum(i * i for i in range(3_000_000))"


def test_contenders_take_turns_and_the_first_round_is_not_kept():
    turns: list[str] = []

    def contender(name: str) -> Sample:
        turns.append(name)
        return Sample(units=len(turns), wall=1)

    rounds = interleaved({name: partial(contender, name) for name in "AB"}, rounds=2)

    assert turns == ["A", "B"] * 3
    assert [sample.units for sample in rounds["A"]] == [3, 5]


def test_a_tail_is_how_much_longer_the_slow_ones_take():
    assert tail(Sample(units=100, p50=0.002, p99=0.005)) == 2.5


def test_a_ratio_is_taken_within_each_round():
    rounds = {
        "A": [Sample(10, 1, 1, 1), Sample(10, 2, 1, 2), Sample(10, 4, 2, 2)],
        "B": [Sample(20, 1, 1, 0), Sample(20, 2, 0.5, 0.5), Sample(10, 1, 1, 0)],
    }

    assert ratio(rounds, "A", "B", rate) == Spread(0.25, 0.5, 0.5)
    assert ratio(rounds, "A", "B", cpu).as_list == pytest.approx([4, 4, 6])


@pytest.mark.parametrize(
    ("target", "verdict"),
    [(Target("≥", 0.8), "met"), (Target("≥", 0.81), "MISSED"), (Target("≤", 0.8), "met"), (None, "")],
)
def test_a_finding_says_whether_it_is_enough(target, verdict):
    finding = Finding("reads", "a bare server", Spread(0.5, 0.8, 0.9), target)

    assert finding.cells[2:4] == ("0.80", "0.50 – 0.90")
    assert finding.cells[5] == verdict
    assert "a bare server" in table([finding])
    assert "| 0.80 |" in markdown([finding], "little data")


def test_a_finding_says_that_the_other_was_not_there():
    finding = Finding("reads", "a peer", None, Target("≥", 0.75))

    assert finding.cells == ("reads", "a peer", "", "", "≥ 0.75", "not measured")
    assert finding.as_json["ratio"] is None
    assert "| not measured |" in markdown([finding], "little data")


def test_cpu_is_counted_for_children_that_live_and_that_have_ended():
    before = processes.cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)

    assert processes.cpu_seconds(os.getpid()) - before >= 0.05


def test_a_meter_tells_the_application_from_postgres():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        sample = Meter(postgres=idle.pid).of(lambda: sum(i * i for i in range(1_000_000)))
        idle.communicate(b"\n")

    assert sample.application > sample.postgres
    assert sample.wall > 0


def test_memory_is_what_a_process_has_for_itself():
    assert 2**20 < processes.own_memory(os.getpid()) < 2**32


def test_the_client_asks_so_often_and_no_more(server):
    request = load.get("acme.unison.test", "/v1/event-types")

    answers = load.ask(load.Orders(urlsplit(server).port or 0, [request], clients=2, seconds=10, most=20))

    assert answers.count == 20
    assert answers.length > 20 * len("events")
    assert 0 < answers.p50 <= answers.p99


def test_one_answer_can_be_looked_at(server):
    body = load.fetch(urlsplit(server).port or 0, load.get("acme.unison.test", "/v1/event-types"))

    assert json.loads(body)


@pytest.mark.parametrize(("path", "forbidden"), [("/nowhere", ""), ("/v1/event-types", "schema")])
def test_the_client_accepts_no_wrong_answer(server, path, forbidden):
    request = load.get("acme.unison.test", path)

    with pytest.raises(load.Failed):
        load.ask(load.Orders(urlsplit(server).port or 0, [request], clients=1, most=1, forbidden=forbidden))


def test_data_of_another_size_or_month_is_made_anew():
    assert len({fingerprint(plan, month) for plan in (FULL, QUICK) for month in ("2026-01", "2026-02")}) == 4
    assert fingerprint(FULL, "2026-01") == fingerprint(FULL, "2026-01")
