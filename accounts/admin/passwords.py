"""A member's own password: changed by the verb, so that the audit trail knows of it."""

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from unfold.forms import AdminOwnPasswordChangeForm

from accounts import members
from accounts.actor import Actor
from accounts.middleware import TenantRequest
from accounts.models import User


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """The old password, and the new one twice."""

    user: User

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def save(self, commit: bool = True) -> User:
        """Change it."""
        return members.change_password(self.user, self.cleaned_data["new_password1"], by=self.by)


class OwnPasswordView(PasswordChangeView):
    """The page on which a member changes their password; only where they do it do they stay signed in."""

    form_class = OwnPasswordForm
    request: TenantRequest

    def get_form_kwargs(self) -> dict[str, Any]:
        """Whose password it is, and who changes it: the same."""
        return {**super().get_form_kwargs(), "by": self.request.actor}
