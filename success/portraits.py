"""What customer success tells everyone of a company: its tier, revenue, renewal and owner."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from journeys import companies
from journeys.companies import Description
from success.days import today

_DIFFERING = """
WITH told AS (
    SELECT
        account.company_id, account.tier, account.owner_id, account.closed_on IS NULL AS is_customer,
        (
            SELECT sum(recurring_revenue) FROM success_contract running
            WHERE running.account_id = account.id AND running.superseded_at IS NULL
                AND running.starts_on <= %(day)s AND running.ends_on > %(day)s
        ) AS recurring_revenue,
        coalesce((
            SELECT max(currency) FROM success_contract agreed
            WHERE agreed.account_id = account.id AND agreed.superseded_at IS NULL
        ), '') AS currency,
        (
            SELECT min(ends_on) FROM success_contract agreed
            WHERE agreed.account_id = account.id AND agreed.superseded_at IS NULL
                AND NOT agreed.is_final AND account.closed_on IS NULL AND NOT EXISTS (
                    SELECT FROM success_contract renewed
                    WHERE renewed.renews = agreed.agreement AND renewed.superseded_at IS NULL
                )
        ) AS renewal_on
    FROM success_account account WHERE account.id = ANY(%(accounts)s)
)
SELECT
    told.company_id, told.tier, told.recurring_revenue, told.currency,
    told.renewal_on, told.owner_id, told.is_customer
FROM told JOIN journeys_company company ON company.id = told.company_id
WHERE (
    company.tier, company.recurring_revenue, company.currency,
    company.renewal_on, company.owner_id, company.is_customer
) IS DISTINCT FROM (
    told.tier, told.recurring_revenue, told.currency, told.renewal_on, told.owner_id, told.is_customer
)
ORDER BY told.company_id
"""


def retell(accounts: Sequence[UUID]) -> int:
    """Tell what these accounts' companies now are to us, where that changed; says of how many it did."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, {"accounts": list(accounts), "day": today()})
        rows = [
            Description(
                company_id=company,
                tier=tier,
                recurring_revenue=revenue,
                currency=currency,
                renewal_on=renewal,
                owner_id=owner,
                is_customer=is_customer,
            )
            for company, tier, revenue, currency, renewal, owner, is_customer in cursor.fetchall()
        ]
    companies.describe(rows)
    return len(rows)
