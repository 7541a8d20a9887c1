"""The closed lists of customer success."""

from accounts.graphql.enums import described
from success.models import BANDS, FeatureName, SignalRole
from success.scoring import Band

__all__ = ["Band", "FeatureName", "SignalRole"]

described(Band, name="HealthBand", labels=dict(BANDS))
described(FeatureName)
described(SignalRole)
