"""Deeds on an account: give it to somebody, agree on a contract, set its score by hand, close it."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.actor import Actor
from accounts.admin import words
from accounts.admin.acts import Act, Done
from accounts.admin.choosing import Chooser
from accounts.admin.forms import ActForm, Data
from accounts.admin.site import site
from accounts.models import User
from accounts.permissions import Permission
from accounts.tenancy import tenant
from success import accounts, contracts, overrides
from success.accounts import AccountChanges
from success.contracts import ContractDraft
from success.days import today
from success.models import Account

LONGEST_REASON = 1000
LONGEST_OVERRIDE = timedelta(days=366)


class DetailsForm(ActForm):
    """Who looks after it, and how much attention it gets."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        widget=Chooser(Account._meta.get_field("owner"), site),
        help_text="A member; empty for nobody.",
    )
    tier = forms.CharField(max_length=40, required=False, help_text="In your own words, such as Enterprise.")
    fields_of = {"owner_id": "owner"}
    row: Account

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.filter(memberships__ended_at=None)  # type: ignore[attr-defined]
        self.initial = {"owner": self.row.owner_id, "tier": self.row.tier}


class ContractForm(ActForm):
    """What is agreed."""

    recurring_revenue = forms.DecimalField(
        label="Revenue per year", min_value=0, max_digits=14, decimal_places=2
    )
    currency = forms.CharField(
        max_length=3, required=False, help_text="Three capital letters; empty for your home currency."
    )
    starts_on = forms.DateField(label="Starts on")
    ends_on = forms.DateField(label="Ends on", help_text="The first day on which it no longer runs.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins = today()
        self.initial = {"starts_on": begins, "ends_on": begins + timedelta(days=365)}


class OverrideForm(ActForm):
    """A score, why, and until when."""

    score = forms.DecimalField(
        min_value=0, max_value=100, max_digits=5, decimal_places=2,
        help_text="0 to 100: at risk below 50, watch below 75, healthy from 75.",
    )  # fmt: skip
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="What the measures do not know. Everybody who sees the score can read it.",
    )
    until = forms.DateField(help_text="Until the end of this day; then the computed score shows again.")
    fields_of = {"expires_at": "until"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"until": today() + timedelta(days=30)}

    def clean_until(self) -> date:
        """A score that is set by hand for years is no score."""
        until: date = self.cleaned_data["until"]
        if until > today() + LONGEST_OVERRIDE:
            raise forms.ValidationError("At most a year from now.")
        return until


class ClosingForm(ActForm):
    """From when, and why."""

    closed_on = forms.DateField(label="Closed on", help_text="The first day after the working relationship.")
    reason = forms.CharField(
        max_length=LONGEST_REASON, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"closed_on": today()}


def _change(row: Account, data: Data, by: Actor) -> Done:
    owner = data["owner"]
    accounts.update(row, AccountChanges(tier=data["tier"], owner_id=owner.pk if owner else None), by=by)
    return Done("The account is changed.")


def _agree(row: Account, data: Data, by: Actor) -> Done:
    made = contracts.agree(ContractDraft(account_id=row.pk, **data), by=by)
    return Done(f"Agreed: {words.money(made.recurring_revenue, made.currency)} a year.")


def _override(row: Account, data: Data, by: Actor) -> Done:
    end = datetime.combine(data["until"] + timedelta(days=1), time.min, tenant().zone)
    overrides.override(row, score=data["score"], reason=data["reason"], expires_at=end, by=by)
    return Done(f"The score of {row} is set by hand until the end of {words.day(data['until'])}.")


def _lift(row: Account, data: Data, by: Actor) -> Done:
    overrides.lift(row, by=by)
    return Done("The computed score is shown again.")


def _close(row: Account, data: Data, by: Actor) -> Done:
    accounts.close(row, closed_on=data["closed_on"], reason=data["reason"], by=by)
    return Done(f"The account with {row} is closed.")


def _is_open(row: Account) -> bool:
    return row.closed_on is None


def _is_overridden(row: Account) -> bool:
    return row.overrides.filter(ended_at=None, expires_at__gt=timezone.now()).exists()


DEEDS = (
    Act(
        name="override",
        title="Override health",
        explanation="The score you set is shown instead of the computed one, marked as set by hand, with your"
        " name and your reason. It ends by itself; the computed score goes on beneath it.",
        icon="front_hand",
        permission=Permission.OVERRIDE_HEALTH,
        form=OverrideForm,
        perform=_override,
        fits=_is_open,
    ),
    Act(
        name="lift",
        title="End the override",
        explanation="The computed score is shown again from now on.",
        icon="back_hand",
        permission=Permission.OVERRIDE_HEALTH,
        perform=_lift,
        fits=_is_overridden,
    ),
    Act(
        name="agree",
        title="New contract",
        explanation="What was agreed with them. A change later makes a new version, so that past figures stay"
        " what they were.",
        icon="contract",
        permission=Permission.CHANGE_CONTRACTS,
        form=ContractForm,
        perform=_agree,
        fits=_is_open,
    ),
    Act(
        name="details",
        title="Owner and tier",
        explanation="Who looks after the account, and how much attention it gets.",
        icon="edit",
        permission=Permission.CHANGE_ACCOUNTS,
        form=DetailsForm,
        perform=_change,
        fits=_is_open,
    ),
    Act(
        name="close",
        title="Close account",
        explanation="The working relationship has ended: contracts end with it, and health is no longer"
        " worked out. What was stays.",
        icon="door_open",
        permission=Permission.CHANGE_ACCOUNTS,
        form=ClosingForm,
        perform=_close,
        fits=_is_open,
        is_dangerous=True,
    ),
)
