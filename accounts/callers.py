"""The transaction of a request: begun as nobody's, until its caller is let in."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from accounts.database import backend
from accounts.database.admission import Stale
from accounts.database.patience import patience
from accounts.tenancy import PUBLIC, entered


def served[T](work: Callable[[], T]) -> T:
    """Do the work of one request in one transaction, no statement of which takes too long.

    Its caller is presumed to be who they were; where they are not, nothing was asked for them yet, and the
    work is done anew for whoever they are now.
    """
    with patience(settings.STATEMENT_TIMEOUT), entered(PUBLIC):
        try:
            with transaction.atomic(), backend().presuming():
                return work()
        except Stale:
            with transaction.atomic():
                return work()
