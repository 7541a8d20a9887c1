"""The admin of webhooks and the audit trail."""

from integrations.admin import audit, deliveries, endpoints

__all__ = ["audit", "deliveries", "endpoints"]
