"""Scorecards: read in every version, changed by publishing a new one."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin
from django.forms import BoundField
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.acts import Act, Done
from accounts.admin.base import TenantModelAdmin
from accounts.admin.forms import ActForm, Data, dress
from accounts.admin.navigation import Place, Practice
from accounts.admin.panels import Panel, shown_on
from accounts.admin.site import site
from accounts.admin.table_field import TableField
from accounts.middleware import TenantRequest
from accounts.permissions import Permission
from success import scorecards
from success.admin.words import VALUES
from success.models import FeatureName, Measure, Scorecard
from success.scorecards import MeasureDraft

POINTS = 5
"""Rows for the points of a curve: those that it has already and a few more, at least so many."""
SPARE = 2


class Block(NamedTuple):
    """The fields of one measure."""

    title: str
    fields: list[BoundField]


class ScorecardForm(ActForm):
    """All that can be measured, a block each; what has no weight is left out."""

    row: Scorecard

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"] = forms.CharField(max_length=200, help_text="What this version is called.")
        self.initial["title"] = self.row.title
        known = {measure.feature: measure for measure in self.row.measures.all()}
        others = [name for name in FeatureName.values if name not in known]
        self.features = [*known, *others]
        self.keys = {name: known[name].key if name in known else name for name in self.features}
        self.used: list[str] = []
        for name in self.features:
            self._add(name, known.get(name))
        dress(self)

    def _add(self, name: str, measure: Measure | None) -> None:
        curve = measure.curve if measure else []
        columns = {
            axis: forms.FloatField(label=label, widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}))
            for axis, label in (("x", "Value"), ("y", "Worth (0–100)"))
        }
        self.fields |= {
            f"{name}-title": forms.CharField(label="Title", max_length=120, required=False),
            f"{name}-weight": forms.DecimalField(
                label="Weight", min_value=0, max_value=1000, required=False,
                help_text="How much it counts beside the others; empty or 0 leaves it out.",
            ),
            f"{name}-max_age": forms.IntegerField(
                label="Known for at most (days)", min_value=1, max_value=3650, required=False,
                help_text="When older it is unknown; empty when it does not grow old.",
            ),
            f"{name}-curve": TableField(
                columns, rows=max(POINTS, len(curve) + SPARE), required=False, label="Curve",
                help_text=f"{VALUES[name]} By rising value; straight lines between the points, level outside"
                " them.",
            ),
        }  # fmt: skip
        self.initial[f"{name}-title"] = measure.title if measure else FeatureName(name).label
        self.initial[f"{name}-weight"] = f"{measure.weight:g}" if measure else None
        self.initial[f"{name}-max_age"] = measure.max_age_days if measure else None
        self.initial[f"{name}-curve"] = [{"x": x, "y": y} for x, y in curve]

    @property
    def blocks(self) -> Iterator[Block]:
        """The fields, measure by measure."""
        for name in self.features:
            parts = ("title", "weight", "max_age", "curve")
            yield Block(FeatureName(name).label, [self[f"{name}-{part}"] for part in parts])

    def clean(self) -> Data:
        """The measures that weigh something."""
        cleaned = super().clean() or {}
        self.used = [name for name in self.features if cleaned.get(f"{name}-weight")]
        measures = [
            MeasureDraft(
                key=self.keys[name],
                title=cleaned.get(f"{name}-title") or FeatureName(name).label,
                feature=name,
                curve=[(point["x"], point["y"]) for point in cleaned.get(f"{name}-curve") or []],
                weight=float(cleaned[f"{name}-weight"]),
                max_age_days=cleaned.get(f"{name}-max_age"),
            )
            for name in self.used
        ]
        return {"title": cleaned.get("title", ""), "measures": measures}

    def _field_of(self, path: str | None) -> str | None:
        parts = (path or "").split(".")
        if parts[0] != "measures" or len(parts) < 3:
            return super()._field_of(path)
        part = {"max_age_days": "max_age", "key": "title", "feature": "title"}.get(parts[2], parts[2])
        return f"{self.used[int(parts[1])]}-{part}"


def _publish(row: Scorecard, data: Data, by: Actor) -> Done:
    made = scorecards.publish(data["title"], data["measures"], by=by)
    return Done(f"Version {made.version} is in force; health is being worked out anew.", about=made)


@admin.register(Scorecard, site=site)
class ScorecardAdmin(TenantModelAdmin):
    """Versions of the scorecard. A published one never changes, so that past scores can be explained."""

    place = Place(Practice.SUCCESS, 40, "scoreboard")
    list_display = ["title", "version", "state", "published_at"]
    ordering = ["-version"]
    fields = ("title", "version", "state", "published_at", "published_by")
    readonly_fields = fields
    acts = (
        Act(
            name="publish",
            title="Publish a new version",
            explanation="What is published is in force at once: the health of every account is worked out"
            " anew, and the change shows as “other scorecard” in what changed. This version is kept.",
            icon="publish",
            permission=Permission.MANAGE_SCORECARDS,
            form=ScorecardForm,
            perform=_publish,
            template="success/admin/publish.html",
        ),
    )

    @display(description="state", label={"In force": "success"})
    def state(self, row: Scorecard) -> str:
        return "In force" if row.is_current else "Earlier version"


@shown_on("success.scorecard", order=10)
def measures_of(request: TenantRequest, scorecard: Scorecard) -> Panel:
    """The measures with their curves and weights."""
    found = list(Measure.objects.visible_to(request.actor).filter(scorecard=scorecard).order_by("position"))
    whole = sum(measure.weight for measure in found) or 1.0
    lines = [
        {
            "measure": measure,
            "share": words.number(100 * measure.weight / whole, 1),
            "path": " ".join(["M", *(f"{x} {y}" for x, y in _placed(measure.curve))]),
            "points": [(f"{x:g}", f"{y:g}") for x, y in measure.curve],
        }
        for measure in found
    ]
    return Panel("Measures", "success/admin/measures.html", {"lines": lines}, layout="wide", icon="tune")


def _placed(curve: list[list[float]]) -> Iterator[tuple[float, float]]:
    """The points of a curve on a plane of 100 by 100, level to both sides."""
    first, last = curve[0][0], curve[-1][0]
    span = (last - first) or 1.0
    yield 0, round(100 - curve[0][1], 2)
    for x, y in curve:
        yield round(10 + 80 * (x - first) / span, 2), round(100 - y, 2)
    yield 100, round(100 - curve[-1][1], 2)
