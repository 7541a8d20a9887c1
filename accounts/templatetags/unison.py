"""Where one is in the admin, in the words of the sidebar."""

from typing import Any, NamedTuple

from django import template
from django.template.context import RequestContext
from django.urls import NoReverseMatch, reverse

from accounts.admin.navigation import Place
from accounts.admin.site import site

register = template.Library()


class Crumb(NamedTuple):
    """One step of the way to a page."""

    title: str
    link: str = ""


@register.inclusion_tag("unison/crumbs.html", takes_context=True)
def crumbs(context: RequestContext) -> dict[str, Any]:
    """The practice, the list, and the row; or the title of a page that has none of them."""
    opts = context.get("opts")
    admin = site._registry.get(opts.model) if opts else None
    if opts is None or admin is None:
        return {"crumbs": [Crumb(str(context.get("title") or ""))]}
    place: Place | None = getattr(admin, "place", None)
    listed = place.title if place and place.title else str(opts.verbose_name_plural)
    steps = [Crumb(place.practice.value)] if place else []
    row = context.get("original")
    is_new = row is None and context.get("add")
    steps.append(Crumb(listed, _list_of(opts) if row is not None or is_new else ""))
    if row is not None:
        steps.append(Crumb(str(row)))
    elif is_new:
        steps.append(Crumb(f"New {opts.verbose_name}"))
    return {"crumbs": steps}


def _list_of(opts: Any) -> str:
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    except NoReverseMatch:
        return ""
