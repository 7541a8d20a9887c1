"""Scorecards are edited as a form with tables of points, and published by the verb."""

import pytest

from success.admin.words import VALUES
from success.models import FeatureName, Scorecard
from tests.admin.pages import Browser, errors_of, list_of, page_of, told
from tests.success.factories import a_measure, published


@pytest.fixture
def card(acme, globex) -> Scorecard:
    """A scorecard of two measures."""
    published(
        a_measure(weight=30, curve=[(0, 0), (2.5, 40), (10, 100)]),
        a_measure(FeatureName.NPS, title="NPS", curve=[(-100, 0), (100, 100)], weight=20, max_age_days=30),
    )
    return Scorecard.objects.get()


def as_shown(browser: Browser, card: Scorecard) -> dict[str, str]:
    """The form as it is shown, ready to be sent."""
    form = browser.get(page_of(card, "publish")).context["form"]
    data: dict[str, str] = {}
    for field in form:
        if field.name.endswith("-curve"):
            for number, point in enumerate(field.initial or []):
                data |= {f"{field.name}-{number}-{axis}": str(value) for axis, value in point.items()}
        else:
            data[field.name] = "" if field.initial is None else str(field.initial)
    return data


def measures_of(card: Scorecard) -> list[tuple]:
    rows = card.measures.order_by("position")
    return [(row.key, row.title, row.weight, row.max_age_days, row.curve) for row in rows]


def test_the_form_says_what_the_values_of_each_curve_are(acme, globex):
    published()

    page = Browser(acme).page(page_of(Scorecard.objects.get(), "publish"))

    assert VALUES.keys() == set(FeatureName.values)
    for words in VALUES.values():
        assert words in page


def test_published_as_it_is_shown_nothing_is_lost(card, acme):
    browser = Browser(acme)

    said = told(browser.post(page_of(card, "publish"), **as_shown(browser, card)))

    assert said == "Version 2 is in force; health is being worked out anew."
    latest = Scorecard.objects.current().get()
    assert (latest.version, latest.published_by_id) == (2, browser.user.pk)
    assert measures_of(latest) == measures_of(card)


def test_weights_points_and_measures_are_changed(card, acme):
    browser = Browser(acme)
    data = as_shown(browser, card) | {
        "title": "Stricter",
        "breadth-weight": "12.5",
        "breadth-curve-2-x": "20",
        "nps-weight": "0",
        "csat-weight": "7",
        "csat-max_age": "90",
        "csat-curve-0-x": "0", "csat-curve-0-y": "0", "csat-curve-1-x": "100", "csat-curve-1-y": "100",
    }  # fmt: skip

    told(browser.post(page_of(card, "publish"), **data))

    assert measures_of(Scorecard.objects.current().get()) == [
        ("breadth", "breadth", 12.5, None, [[0, 0], [2.5, 40], [20, 100]]),
        ("csat", "CSAT", 7.0, 90, [[0, 0], [100, 100]]),
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"breadth-curve-1-x": "-5"}, "breadth-curve"),
        ({"breadth-curve-1-y": "101"}, "breadth-curve"),
        ({"breadth-curve-1-y": ""}, "breadth-curve"),
        ({"breadth-curve-1-x": "many"}, "breadth-curve"),
        ({"breadth-curve-1-x": "nan"}, "breadth-curve"),
        ({"breadth-curve-1-x": "1e300"}, "breadth-curve"),
        ({"csat-weight": "5"}, "csat-curve"),
        ({"breadth-weight": "-1"}, "breadth-weight"),
        ({"breadth-weight": "x"}, "breadth-weight"),
        ({"breadth-weight": "0.00001"}, "breadth-weight"),
        ({"nps-max_age": "0"}, "nps-max_age"),
        ({"title": ""}, "title"),
        ({"title": "a\0"}, "title"),
        ({"breadth-weight": "0", "nps-weight": ""}, "__all__"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(card, acme, given, field):
    browser = Browser(acme)

    answer = browser.post(page_of(card, "publish"), **(as_shown(browser, card) | given))

    assert list(errors_of(answer)) == [field]
    assert Scorecard.objects.count() == 1


def test_every_version_can_be_read(card, acme):
    browser = Browser(acme)

    page = browser.page(page_of(card))

    assert "2.5 → 40" in page
    assert "60.0 %" in page
    assert "30 days" in page
    assert "In force" in browser.page(list_of(Scorecard))
