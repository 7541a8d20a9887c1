"""Forms whose last check is a verb: what it refuses is shown at the field it is about."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.db import models, transaction
from unfold import widgets

from accounts.errors import DomainError

type Data = dict[str, Any]


class Refusable(forms.BaseForm):
    """A form that can show a refusal."""

    fields_of: ClassVar[Mapping[str, str]] = {}
    """Where a field of the verb's input is called otherwise in the form."""

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal at its field, or above the form."""
        self.add_error(self._field_of(refusal.field), refusal.message)

    def _field_of(self, path: str | None) -> str | None:
        for name in (path or "", (path or "").split(".")[0]):
            for candidate in (self.fields_of.get(name, name), name.removesuffix("_id")):
                if candidate in self.fields:
                    return candidate
        return None


class VerbForm(Refusable, forms.ModelForm):
    """The form of a row, which is made or changed by a verb and never by the form itself."""

    perform: ClassVar[Callable[[models.Model | None, Data], models.Model]]

    def _post_clean(self) -> None:
        """Let the verb do it, in a savepoint of its own; only if nothing was wrong before.

        The model's own validation is left out: it would ask the database what the verb asks anyway.
        """
        if self.errors:
            return
        row = None if self.instance._state.adding else self.instance
        try:
            with transaction.atomic():
                self.instance = type(self).perform(row, self.cleaned_data)
        except DomainError as refusal:
            self.refuse(refusal)


class ActForm(Refusable, forms.Form):
    """The form of one deed on a row; without fields it asks for a confirmation only."""

    row: models.Model

    def __init__(self, *args: Any, row: models.Model, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)
        dress(self)


WIDGETS: dict[type[forms.Field], type[forms.Widget]] = {
    forms.BooleanField: widgets.UnfoldBooleanSwitchWidget,
    forms.CharField: widgets.UnfoldAdminTextInputWidget,
    forms.ChoiceField: widgets.UnfoldAdminSelectWidget,
    forms.DateField: widgets.UnfoldAdminSingleDateWidget,
    forms.DecimalField: widgets.UnfoldAdminDecimalFieldWidget,
    forms.EmailField: widgets.UnfoldAdminEmailInputWidget,
    forms.IntegerField: widgets.UnfoldAdminIntegerFieldWidget,
    forms.ModelChoiceField: widgets.UnfoldAdminSelectWidget,
    forms.SplitDateTimeField: widgets.UnfoldAdminSplitDateTimeWidget,
    forms.URLField: widgets.UnfoldAdminURLInputWidget,
}


def dress(form: forms.BaseForm) -> None:
    """Give fields that were declared without a widget the one of our pages."""
    for field in form.fields.values():
        wanted = WIDGETS.get(type(field))
        if wanted and type(field.widget) is type(field).widget:
            plain = field.widget
            field.widget = wanted()
            field.widget.is_required = field.required
            field.widget.attrs |= field.widget_attrs(plain)
            if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
                field.widget.choices = field.choices
