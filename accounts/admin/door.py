"""The door of the admin: what holds for every one of its pages, the sign-in page included."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone

from accounts.middleware import TenantRequest

type View = Callable[..., HttpResponse]

POLICY = {**settings.SECURE_CSP, "script-src": ["'self'", "'unsafe-eval'"]}
"""What a page of the admin may load: its parts evaluate expressions in attributes, so scripts may, too."""


def at_the_door(view: View) -> View:
    """Keep a view to the tenants' own hosts, cut its times in their zone, and give it the admin's policy.

    Pages are rendered here, because a template response is otherwise rendered after the zone was left.
    """

    @wraps(view)
    def guarded(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        host = request.get_host().rsplit(":", 1)[0]
        if request.tenant is None or host in settings.API_HOSTS:
            raise Http404
        if "\0" in unquote(request.META.get("QUERY_STRING", "")) + request.path:
            raise BadRequest("An address cannot contain NUL.")
        with timezone.override(request.tenant.zone):
            response = view(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                response = response.render()
        response._csp_config = POLICY  # type: ignore[attr-defined]  # as Django's own decorator does
        return response

    return guarded
