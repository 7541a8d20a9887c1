"""The admin site: one for all tenants, at `/admin/` on each tenant's own host."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.dataclasses import SearchResult
from unfold.sites import UnfoldAdminSite

from accounts.admin.door import at_the_door
from accounts.admin.panels import DASHBOARD, panels_of
from accounts.admin.passwords import OwnPasswordView
from accounts.admin.signing_in import SignInForm
from accounts.admin.throttle import WITHIN
from accounts.middleware import TenantRequest

FOUND_PER_KIND = 6
LONGEST_SEARCH = 100


class UnisonAdminSite(UnfoldAdminSite):
    """Signed-in members of the tenant only; what they see and do is asked of `request.actor`."""

    login_form = SignInForm
    login_template = "unison/sign_in.html"
    index_template = "unison/dashboard.html"
    index_title = "Dashboard"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this is a member; programs with a key use the API."""
        actor = getattr(request, "actor", None)
        return actor is not None and actor.kind == "user"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """A view behind the sign-in, at the door."""
        return at_the_door(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in; after too many tries the answer says for how long to wait."""
        response = at_the_door(super().login)(request, extra_context)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None and form.is_bound and form.is_too_often:
            response.status_code = 429
            response.headers["Retry-After"] = str(int(WITHIN.total_seconds()))
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """Give oneself another password."""
        context = {**self.each_context(request), **(extra_context or {})}
        view = OwnPasswordView.as_view(
            extra_context=context, success_url=reverse("admin:password_change_done")
        )
        return view(request)

    def index(self, request: TenantRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The dashboard: the panels that apps contribute and the actor may see."""
        return super().index(request, {"panels": panels_of(DASHBOARD, request), **(extra_context or {})})

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Find rows by name, for the search field of the sidebar: a few of each kind."""
        term = request.GET.get("s", "")[:LONGEST_SEARCH].strip()
        results = self._found(request, term) if term else []
        context = {
            "search_term": term,
            "results": results,
            "page_obj": {"count": len(results)},
            "page_counter": 0,
            "execution_time": 0,
        }
        return TemplateResponse(
            request, "unison/search_results.html", context, headers={"HX-Trigger": "search"}
        )

    def _found(self, request: HttpRequest, term: str) -> list[SearchResult]:
        results: list[SearchResult] = []
        for model, admin in self._registry.items():
            if not getattr(admin, "is_searched", False) or not admin.has_view_permission(request):
                continue
            rows, _ = admin.get_search_results(request, admin.get_queryset(request), term)
            kind, icon = str(model._meta.verbose_name), admin.place.icon
            results += [
                SearchResult(title=str(row), description=kind, link=admin.address_of(row), icon=icon)
                for row in rows[:FOUND_PER_KIND]
            ]
        return results


site: AdminSite = UnisonAdminSite(name="admin")
site.disable_action("delete_selected")
