"""The closed lists of people, companies and stages."""

from accounts.graphql.enums import described
from journeys.models import AffiliationRole, IdentityKind, StageKind

__all__ = ["AffiliationRole", "IdentityKind", "StageKind"]

described(AffiliationRole)
described(IdentityKind)
described(StageKind)
