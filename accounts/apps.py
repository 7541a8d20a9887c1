"""The ground floor."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tenants, users, roles and keys; permission, refusal and domain event."""

    name = "accounts"
