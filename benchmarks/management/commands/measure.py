"""Measure, and say what came of it; `python -m benchmarks` calls this."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks import deliveries, intake, provisioning, scoring, tenants
from benchmarks.bench import Bench
from benchmarks.harness.results import Finding, markdown, table
from benchmarks.reads import compare, growth, stages


def memory(bench: Bench) -> list[Finding]:
    """What processes hold after many tenants, and after many documents."""
    return [*tenants.measure_memory(bench), *growth.measure(bench)]


MEASURES: dict[str, Callable[[Bench], list[Finding]]] = {
    "intake": intake.measure,
    "reads": compare.measure,
    "stages": stages.measure,
    "tenants": tenants.measure,
    "memory": memory,
    "scoring": scoring.measure,
    "deliveries": deliveries.measure,
    "provisioning": provisioning.measure,
}
RESULTS = Path(__file__).resolve().parents[2] / "results.md"


class Command(BaseCommand):
    help = "Measure on the data that is there."
    requires_system_checks = []  # what is measured is running by itself

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", choices=sorted(MEASURES))
        parser.add_argument("--quick", action="store_true")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--save", action="store_true")

    def handle(self, *, names: list[str], quick: bool, json: bool, save: bool, **_: Any) -> None:
        bench = Bench.here(quick=quick)
        findings: list[Finding] = []
        for name in names:
            found = MEASURES[name](bench)
            (self.stderr if json else self.stdout).write(f"{table(found)}\n")
            findings += found
        if save:
            RESULTS.write_text(markdown(findings, bench.plan.main.in_words))
        if json:
            self.stdout.write(as_json(findings))


def as_json(findings: list[Finding]) -> str:
    """The findings for programs."""
    return json.dumps([finding.as_json for finding in findings], indent=2, ensure_ascii=False)
