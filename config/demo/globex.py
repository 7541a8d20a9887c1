"""Globex Hotels: houses by the sea and in town, with shops; firms with an agreement, and private guests.

The story to look for: the year swings with the summer; the booking system was replaced three months ago and
the desks could not cope for two weeks; *Lindqvist Reisen* is unhappy since its travel manager left; *Brandt
Logistik* was nearly lost over noisy rooms and is saved. Private guests belong to no company.
"""

from config.demo.arcs import Arc, Season, Shock
from config.demo.world import Asked, Plot, StagePlan, SurveyPlan, Tier, Use, Words, World, listed

NEW_DESK_SYSTEM = Shock(day=-88, depth=0.24, lasts=14, heals=40)

PLOTS = (
    Plot(key="regular", share=0.34, arc=Arc(((-548, 0.79), (-1, 0.82)))),
    Plot(
        key="returning_more",
        share=0.13,
        arc=Arc(((-548, 0.64), (-150, 0.80), (-1, 0.90))),
        grows=((-160, 1.3),),
        hero="Sonntag Architekten",
    ),
    Plot(key="cooling", share=0.20, arc=Arc(((-548, 0.74), (-200, 0.68), (-1, 0.23)))),
    Plot(
        key="travel_manager_left",
        share=0.08,
        arc=Arc(((-548, 0.78), (-111, 0.78), (-60, 0.42), (-10, 0.10))),
        champion_leaves=-110,
        hero="Lindqvist Reisen",
    ),
    Plot(
        key="saved",
        share=0.06,
        arc=Arc(((-548, 0.74), (-260, 0.70), (-200, 0.32), (-160, 0.30), (-90, 0.84), (-1, 0.93))),
        touches=((-165, "host.visit_made"), (-158, "host.room_promise_made"), (-110, "host.visit_made")),
        hero="Brandt Logistik",
    ),
    Plot(
        key="lapsed",
        share=0.11,
        arc=Arc(((-400, 0.66), (-150, 0.56), (-70, 0.28), (0, 0.10))),
        closed=(-460, -20),
        close_reason="Books with another chain",
        hero="Falk Messebau",
    ),
    Plot(
        key="first_stays", share=0.08, arc=Arc(((0, 0.66), (60, 0.76))), opened=(-70, -10), from_opening=True
    ),
)

TIERS = (
    Tier(key="house", share=0.55, revenue=(3_000, 12_000), people=(2, 5)),
    Tier(key="region", share=0.33, revenue=(15_000, 60_000), people=(4, 8)),
    Tier(key="group", share=0.12, revenue=(80_000, 260_000), people=(7, 14)),
)

USES = (
    Use(name="room.booked", weight=4, channel="web"),
    Use(name="guest.checked_in", weight=3, channel="desk"),
    Use(name="stay.paid", weight=3, channel="desk", value=(90, 640)),
    Use(name="shop.purchased", weight=2, channel="shop", value=(5, 120)),
    Use(name="app.opened", weight=3, channel="mobile"),
)

SURVEYS = (
    SurveyPlan(
        key="stay",
        title="Your stay",
        questions=(
            Asked(kind="nps", text="Would you recommend our house to friends?"),
            Asked(kind="rating", text="How do you rate your room, from 1 to 10?"),
            Asked(kind="text", text="What should we know?"),
        ),
        after="stay",
        rate=0.4,
    ),
    SurveyPlan(
        key="partnership",
        title="Your agreement with us",
        questions=(
            Asked(kind="nps", text="Would you recommend Globex to other travel managers?"),
            Asked(kind="text", text="Why?"),
        ),
        after="time",
        every=122,
        rate=0.34,
    ),
    SurveyPlan(
        key="desk",
        title="After a complaint",
        questions=(
            Asked(kind="csat", text="How satisfied are you with how we settled it?"),
            Asked(kind="ces", text="It was easy to get this settled."),
        ),
        after="support",
        rate=0.5,
        channel="desk",
    ),
)

STAGES = (
    StagePlan(key="enquiry", title="Enquiry", kind="prospect", day=-20),
    StagePlan(key="first_stay", title="First stay", kind="customer", day=0),
    StagePlan(key="guest", title="Guest", kind="customer", day=45),
    StagePlan(key="friend_of_the_house", title="Friend of the house", kind="customer", day=365),
    StagePlan(key="lapsed", title="Lapsed", kind="former", day=None),
)

WORDS = Words(
    first_names=listed(
        """
        Anna Bernd Carla Dieter Elif Felix Greta Hannes Ilse Jonas Katrin Lukas Mia Niklas Olga Paul
        Renate Selin Tobias Ulrike Volker Wiebke Yasmin Zeynep Astrid Bjorn Chiara Dario Eva Fabio
        Giulia Henrik Ingrid Jan Klara Lars Marta Nils Ottilie Pia Ruben Sofia Till Uta Viktor Wanda
        """
    ),
    last_names=listed(
        """
        Albrecht Bauer Conrad Dietrich Engel Fischer Graf Hoffmann Ismail Jansen Keller Lorenz Meier
        Neumann Otto Peters Quast Richter Schulz Thiel Ulrich Vogel Weber Yilmaz Ziegler Arnold
        Berger Demir Ebert Frank Gruber Huber Kaya Lang Maurer Novak Pohl Rossi Sommer Tanaka Urban
        Wagner Winkler
        """
    ),
    firm_heads=listed(
        """
        Ahrens Behrend Carstens Dorn Eckhardt Feldmann Gerlach Harms Immel Jessen Kolbe Lindner
        Marquardt Nolte Oswald Petersen Reuter Sander Tietz Uhlig Vossen Wendt Zander Brückner
        Hartwig Krause
        """
    ),
    firm_tails=listed(
        """
        Anlagenbau Beratung Bau Chemie Druck Elektro Film Gartenbau Handel Ingenieure Kliniken
        Logistik Maschinen Messebau Mode Optik Pharma Reisen Software Spedition Stahl Technik
        Touristik Verlag Versicherung Werbung
        """
    ),
    low=(
        "The room was loud and nobody moved us.",
        "We waited forty minutes to check in.",
        "Three bookings were lost this year.",
        "Breakfast was cold and the staff too few.",
        "The invoice was wrong again.",
    ),
    middle=(
        "Nice house, tired rooms.",
        "Friendly desk, slow lift.",
        "All right for one night. The wireless is weak.",
    ),
    high=(
        "They remembered us from last year.",
        "The sea view was worth every cent.",
        "Quiet rooms and the best breakfast in town.",
        "A late arrival, and still a warm meal. Thank you.",
    ),
    shocked=(
        "The new system did not know our booking.",
        "Two desks closed and a line to the door.",
        "They checked us in on paper.",
    ),
)

GLOBEX = World(
    schema="globex",
    name="Globex Hotels",
    zone="Europe/Berlin",
    currency="EUR",
    plots=PLOTS,
    shocks=(NEW_DESK_SYSTEM,),
    season=Season(peak=205, swing=0.35),
    week=(0.8, 0.9, 1.0, 1.0, 1.1, 1.0, 0.7),
    tiers=TIERS,
    uses=USES,
    case_opened="complaint.raised",
    case_solved="complaint.settled",
    cases_per_day=0.018,
    visits_per_day=0.13,
    surveys=SURVEYS,
    stages=STAGES,
    words=WORDS,
    guests=900,
)
