"""Accounts, contracts, scorecards, features and health."""

from success.models.accounts import Account
from success.models.contracts import Contract
from success.models.features import Feature
from success.models.health import BANDS, Due, Health, HealthOverride, HealthRecord, NightlyPass
from success.models.scorecards import FeatureName, Measure, Published, Scorecard
from success.models.signals import Signal, SignalRole

__all__ = [
    "BANDS",
    "Account",
    "Contract",
    "Due",
    "Feature",
    "FeatureName",
    "Health",
    "HealthOverride",
    "HealthRecord",
    "Measure",
    "NightlyPass",
    "Published",
    "Scorecard",
    "Signal",
    "SignalRole",
]
