"""The closed lists of webhooks."""

from accounts.graphql.enums import described
from integrations.models import DeliveryStatus, DisabledReason

__all__ = ["DeliveryStatus", "DisabledReason"]

described(DeliveryStatus)
described(DisabledReason)
