"""What the admin looks like: Unfold's settings name these functions."""

from django.http import HttpRequest
from django.templatetags.static import static

from accounts.middleware import TenantRequest


def tenant_name(request: TenantRequest) -> str:
    """Whose admin this is, in the head of the sidebar."""
    return request.tenant.name if request.tenant else "Unison"


def icon(request: HttpRequest) -> str:
    """The product's sign."""
    return static("unison/icon.svg")


def styles(request: HttpRequest) -> str:
    """Our own style sheet, beside Unfold's."""
    return static("unison/admin.css")


def script(request: HttpRequest) -> str:
    """Our own script, beside Unfold's."""
    return static("unison/admin.js")
