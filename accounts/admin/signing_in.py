"""The form by which members sign in."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from unfold.forms import AuthenticationForm

from accounts.admin.throttle import WITHIN, Throttle
from accounts.middleware import origin_of

TOO_OFTEN = "too_often"


class SignInForm(AuthenticationForm):
    """E-mail address and password of a member; what is wrong is not told in detail."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not belong to a member here.",
        "inactive": "This e-mail address and password do not belong to a member here.",
    }
    request: HttpRequest

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["username"].widget.input_type = "email"

    @property
    def is_too_often(self) -> bool:
        """Whether it was refused for the number of tries."""
        return self.has_error("__all__", TOO_OFTEN)

    def clean(self) -> dict[str, Any]:
        """Check the password, unless it was tried too often."""
        throttle = Throttle.of(origin_of(self.request), self.cleaned_data.get("username", ""))
        if not throttle.take():
            minutes = int(WITHIN.total_seconds() / 60)
            raise ValidationError(
                f"Too many attempts. Wait {minutes} minutes, then try again.", code=TOO_OFTEN
            )
        cleaned = super().clean()
        throttle.forget()
        return cleaned
