"""What journeys does for those below and beside it that ask by name (`accounts.events.ask`)."""

from accounts.events import offers
from journeys import stages

offers("journeys.stages_install")(stages.install_defaults)
