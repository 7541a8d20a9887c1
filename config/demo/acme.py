"""Acme Analytics: software for other businesses, sold by the year.

The story to look for: a two-day outage of the dashboards four months ago dents usage and NPS everywhere and
is got over within two months; the accounts that began with last year's new set-up wizard struggled, half of
them until somebody helped; *Harbor & Pine* lost its champion; *Bluebird Freight* was nearly lost and is
saved; some grew, some left.
"""

from config.demo.arcs import Arc, Season, Shock
from config.demo.world import Asked, Plot, StagePlan, SurveyPlan, Tier, Use, Words, World, listed

OUTAGE = Shock(day=-120, depth=0.27, lasts=9, heals=52)

PLOTS = (
    Plot(key="steady", share=0.28, arc=Arc(((-548, 0.80), (-1, 0.83)))),
    Plot(
        key="growing",
        share=0.12,
        arc=Arc(((-548, 0.62), (-200, 0.82), (-1, 0.92))),
        grows=((-210, 1.25), (-45, 1.4)),
        touches=((-225, "cs.review_held"), (-60, "cs.review_held")),
        hero="Tamarind Foods",
    ),
    Plot(key="drifting", share=0.14, arc=Arc(((-548, 0.76), (-220, 0.72), (-1, 0.21)))),
    Plot(
        key="struggled_then_helped",
        share=0.06,
        arc=Arc(((0, 0.52), (35, 0.30), (80, 0.34), (150, 0.74), (240, 0.82))),
        opened=(-245, -190),
        from_opening=True,
        touches=((85, "cs.call_held"), (92, "cs.training_held"), (120, "cs.training_held")),
        hero="Kestrel Robotics",
    ),
    Plot(
        key="struggling",
        share=0.08,
        arc=Arc(((0, 0.52), (35, 0.32), (120, 0.34), (190, 0.12))),
        opened=(-245, -190),
        from_opening=True,
    ),
    Plot(
        key="champion_left",
        share=0.06,
        arc=Arc(((-548, 0.80), (-76, 0.82), (-45, 0.38), (-10, 0.05))),
        champion_leaves=-75,
        hero="Harbor & Pine",
    ),
    Plot(
        key="saved",
        share=0.06,
        arc=Arc(((-548, 0.78), (-190, 0.76), (-135, 0.36), (-100, 0.28), (-40, 0.80), (-1, 0.88))),
        grows=((-32, 1.2),),
        touches=(
            (-104, "cs.call_held"),
            (-97, "cs.plan_agreed"),
            (-70, "cs.training_held"),
            (-45, "cs.review_held"),
        ),
        hero="Bluebird Freight",
    ),
    Plot(
        key="lost",
        share=0.12,
        arc=Arc(((-400, 0.72), (-130, 0.62), (-60, 0.28), (0, 0.08))),
        closed=(-470, -12),
        close_reason="Went to a cheaper product",
        hero="Quarry Lane Media",
    ),
    Plot(
        key="new",
        share=0.08,
        arc=Arc(((0, 0.60), (20, 0.66), (60, 0.78))),
        opened=(-58, -6),
        from_opening=True,
    ),
)

TIERS = (
    Tier(key="starter", share=0.45, revenue=(2_400, 9_000), people=(2, 5)),
    Tier(key="growth", share=0.38, revenue=(12_000, 48_000), people=(4, 9)),
    Tier(key="enterprise", share=0.17, revenue=(60_000, 240_000), people=(8, 16)),
)

USES = (
    Use(name="dashboard.viewed", weight=6, channel="web"),
    Use(name="report.exported", weight=2, channel="web"),
    Use(name="alert.created", weight=1, channel="web"),
    Use(name="query.run", weight=2, channel="api"),
    Use(name="app.opened", weight=2, channel="mobile"),
)

SURVEYS = (
    SurveyPlan(
        key="relationship",
        title="How are we doing?",
        questions=(
            Asked(kind="nps", text="How likely are you to recommend Acme Analytics to a colleague?"),
            Asked(kind="text", text="What is the main reason for your score?"),
        ),
        after="time",
        every=91,
        rate=0.36,
    ),
    SurveyPlan(
        key="support",
        title="After a support case",
        questions=(
            Asked(kind="csat", text="How satisfied are you with the help you got?"),
            Asked(kind="text", text="Is there anything you want to add?"),
        ),
        after="support",
        rate=0.45,
    ),
    SurveyPlan(
        key="setup",
        title="Setting up",
        questions=(Asked(kind="ces", text="It was easy to set up Acme Analytics."),),
        after="opening",
        rate=0.7,
        channel="web",
    ),
)

STAGES = (
    StagePlan(key="trial", title="Trial", kind="prospect", day=-30),
    StagePlan(key="onboarding", title="Onboarding", kind="customer", day=0),
    StagePlan(key="adopting", title="Adopting", kind="customer", day=60),
    StagePlan(key="established", title="Established", kind="customer", day=180),
    StagePlan(key="former", title="Former customer", kind="former", day=None),
)

WORDS = Words(
    first_names=listed(
        """
        Amara Beatriz Carlos Dana Elias Fatima Grace Hiro Ines Jamal Keiko Liam Maya Noah Olivia
        Priya Quinn Rosa Samir Tessa Umar Vera Wendell Ximena Yusuf Zoe Andre Bianca Caleb Dolores
        Emeka Freya Gustavo Hannah Isaac Joana Kwame Lena Marcus Nadia Omar Petra Rafael Simone Theo
        Uma Victor Willa
        """
    ),
    last_names=listed(
        """
        Abara Bennett Castillo Dubois Evans Farouk Gupta Hughes Ibarra Johnson Kim Lopez Mensah
        Nakamura Okafor Park Quigley Rivera Singh Torres Underwood Vargas Walker Xu Young Zhang Ali
        Brooks Chen Diaz Edwards Foster Garcia Hill Ivanov Jones Khan Lewis Moore Nguyen Ortiz Price
        Reed Stone Turner Vega Wright
        """
    ),
    firm_heads=listed(
        """
        Aspen Bright Cedar Copper Crown Delta Ember Falcon Garnet Hollow Iron Juniper Lakeside Maple
        Meridian North Oak Pioneer Prairie Ridge River Silver Summit Union Vale Willow
        """
    ),
    firm_tails=listed(
        """
        Analytics Apparel Builders Capital Clinics Dental Energy Foods Freight Health Hotels
        Insurance Labs Legal Logistics Media Motors Outdoor Partners Pharma Retail Schools Software
        Systems Travel Works
        """
    ),
    low=(
        "We keep running into the same problems and nobody gets back to us.",
        "Too hard to set up. Half of the team has given up on it.",
        "Support takes days to answer.",
        "We pay a lot for something we hardly use any more.",
        "The export breaks every other week.",
        "Nobody here knows how to use it since our expert left.",
    ),
    middle=(
        "Does the job, but the reports could be quicker to build.",
        "Good product. The documentation is behind.",
        "Fine so far. We would like more integrations.",
        "Useful, though the permissions are confusing.",
    ),
    high=(
        "Our Monday meeting runs on your dashboards.",
        "Support knew the answer at once.",
        "The alerts saved us a bad week.",
        "Easy to use, and the whole team likes it.",
        "Our customer success manager really helps us get further.",
    ),
    shocked=(
        "The dashboards were down for two days in our busiest week.",
        "Since the outage I do not trust the numbers.",
        "Nobody told us what was going on during the outage.",
    ),
)

ACME = World(
    schema="acme",
    name="Acme Analytics",
    zone="America/Chicago",
    currency="USD",
    plots=PLOTS,
    shocks=(OUTAGE,),
    season=Season(peak=300, swing=0.06),
    week=(1.0, 1.1, 1.1, 1.05, 0.9, 0.12, 0.08),
    tiers=TIERS,
    uses=USES,
    case_opened="support.ticket_opened",
    case_solved="support.ticket_solved",
    cases_per_day=0.022,
    visits_per_day=0.2,
    surveys=SURVEYS,
    stages=STAGES,
    words=WORDS,
)
