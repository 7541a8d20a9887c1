"""The admin of accounts, contracts, scorecards, signals and health."""

from success.admin import accounts, contracts, dashboard, health, page, scorecards, signals

__all__ = ["accounts", "contracts", "dashboard", "health", "page", "scorecards", "signals"]
