"""Measured ratios beside what must be reached, as a table for people, as JSON, and as Markdown."""

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from benchmarks.harness.rounds import Spread

HEAD = ("what", "against", "measured", "low – high", "must be", "")


@dataclass(frozen=True, slots=True)
class Target:
    """A bound that the middle ratio must keep."""

    sign: Literal["≥", "≤"]
    bound: float

    def is_met_by(self, spread: Spread) -> bool:
        """Whether it does."""
        return spread.middle >= self.bound if self.sign == "≥" else spread.middle <= self.bound


@dataclass(frozen=True, slots=True)
class Finding:
    """One measured ratio: what, against what, in which figure; none where the other was not there."""

    what: str
    against: str
    spread: Spread | None
    target: Target | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        """Its line of the table."""
        spread, target = self.spread, self.target
        bound = f"{target.sign} {shown(target.bound)}" if target else ""
        if spread is None:
            return self.what, self.against, "", "", bound, "not measured"
        verdict = ("met" if target.is_met_by(spread) else "MISSED") if target else ""
        between = f"{shown(spread.low)} – {shown(spread.high)}"
        return self.what, self.against, shown(spread.middle), between, bound, verdict

    @property
    def as_json(self) -> dict[str, Any]:
        """For programs."""
        ratio = self.spread.as_list if self.spread else None
        target = {"sign": self.target.sign, "bound": self.target.bound} if self.target else None
        return {"what": self.what, "against": self.against, "ratio": ratio, "target": target}


def shown(value: float) -> str:
    """A ratio with as many digits as mean something."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def table(findings: Iterable[Finding]) -> str:
    """The findings for a terminal."""
    rows = [HEAD, *(finding.cells for finding in findings)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def markdown(findings: Sequence[Finding], data: str) -> str:
    """The findings as the page that is kept."""
    lines = [
        "# Measured",
        "",
        f"{date.today():%Y-%m-%d}, {machine()}; {data}.",  # noqa: DTZ011 - a date for people
        "Ratios only: the middle of interleaved rounds, with the lowest and the highest. "
        "How they come about: `README.md`.",
        "",
        "| " + " | ".join(HEAD) + " |",
        "| --- | --- | ---: | ---: | ---: | --- |",
        *("| " + " | ".join(finding.cells) + " |" for finding in findings),
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """The class of the machine, in neutral words."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} cores ({platform.machine()})"
    return f"{cores}, {gigabytes:.0f} GB, Python {platform.python_version()}"
