"""Deeds on people and companies: put away, brought back, moved to a stage, made part of a company."""

from typing import Any

from django import forms

from accounts.actor import Actor
from accounts.admin.acts import Act, Done
from accounts.admin.choosing import Chooser
from accounts.admin.forms import ActForm, Data
from accounts.admin.site import site
from accounts.permissions import Permission
from journeys import affiliations, stages
from journeys.affiliations import AffiliationDraft
from journeys.models import Affiliation, AffiliationRole, Company, Person, Stage


class StageForm(ActForm):
    """Which stage."""

    stage = forms.ModelChoiceField(Stage.objects.none(), help_text="Where they are from now on.")
    fields_of = {"stage_key": "stage"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stage"].queryset = Stage.objects.all()  # type: ignore[attr-defined]


class AffiliationForm(ActForm):
    """Which company, and as what."""

    company = forms.ModelChoiceField(
        Company.objects.none(),
        widget=Chooser(Affiliation._meta.get_field("company"), site),
    )
    role = forms.ChoiceField(choices=AffiliationRole.choices, initial=AffiliationRole.USER)
    is_primary = forms.BooleanField(
        required=False, initial=True, label="Their main company",
        help_text="What they do counts for it, unless another one is named.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["company"].queryset = Company.objects.active()  # type: ignore[attr-defined]


def _enter(row: Person | Company, data: Data, by: Actor) -> Done:
    stages.enter(row, data["stage"], by=by)
    return Done(f"{row} is in the stage “{data['stage']}” now.")


def _join(row: Person, data: Data, by: Actor) -> Done:
    draft = AffiliationDraft(role=data["role"], is_primary=data["is_primary"])
    affiliations.affiliate(row, data["company"], draft, by=by)
    return Done(f"{row} belongs to {data['company']} now.")


def entering(permission: Permission) -> Act:
    """Moving somebody into a stage."""
    return Act(
        name="stage",
        title="Move to a stage",
        explanation="A person or a company is in one stage at a time: the one they are in ends with this.",
        icon="moving",
        permission=permission,
        form=StageForm,
        perform=_enter,
        fits=lambda row: row.archived_at is None,
    )


JOINING = Act(
    name="company",
    title="Add to a company",
    explanation="A person can belong to several companies; one of them is their main company.",
    icon="group_add",
    permission=Permission.CHANGE_PEOPLE,
    form=AffiliationForm,
    perform=_join,
    fits=lambda row: row.archived_at is None,
)


def archiving(verbs: Any, permission: Permission) -> tuple[Act, Act]:
    """Putting away, and bringing back, by the verbs of a module."""

    def archive(row: Any, data: Data, by: Actor) -> Done:
        verbs.archive(row, by=by)
        return Done(f"{row} is archived.")

    def restore(row: Any, data: Data, by: Actor) -> Done:
        verbs.restore(row, by=by)
        return Done(f"{row} is back.")

    return (
        Act(
            name="archive",
            title="Archive",
            explanation="It is put away: lists and figures leave it out, what happened stays on the"
            " timeline, and it can be brought back.",
            icon="archive",
            permission=permission,
            perform=archive,
            fits=lambda row: row.archived_at is None,
            is_dangerous=True,
        ),
        Act(
            name="restore",
            title="Bring back",
            explanation="It is shown and counted again, with everything that was known of it.",
            icon="unarchive",
            permission=permission,
            perform=restore,
            fits=lambda row: row.archived_at is not None,
        ),
    )
