"""What can be allowed, and which role may do it: the whole policy on one page."""

from django.db.models import TextChoices


class Permission(TextChoices):
    """One thing that can be allowed or denied; also the scopes of API keys."""

    SEE_PEOPLE = "people.see", "See people"
    CHANGE_PEOPLE = "people.change", "Change people"
    SEE_COMPANIES = "companies.see", "See companies, with their revenue and renewal"
    CHANGE_COMPANIES = "companies.change", "Change companies"
    SEE_TIMELINE = "timeline.see", "See the timeline, with the scores and amounts on its lines"
    SEND_EVENTS = "events.send", "Send events"
    BACKFILL_EVENTS = "events.backfill", "State when past events became known"
    MANAGE_STAGES = "stages.manage", "Manage stages"
    SEE_ACCOUNTS = "accounts.see", "See accounts and contracts"
    CHANGE_ACCOUNTS = "accounts.change", "Change accounts"
    CHANGE_CONTRACTS = "contracts.change", "Change contracts"
    SEE_HEALTH = "health.see", "See health scores"
    OVERRIDE_HEALTH = "health.override", "Override a health score"
    MANAGE_SCORECARDS = "scorecards.manage", "Manage scorecards"
    SEE_SURVEYS = "surveys.see", "See surveys"
    MANAGE_SURVEYS = "surveys.manage", "Manage surveys"
    SEE_RESPONSES = "responses.see", "See responses"
    RECORD_RESPONSES = "responses.record", "Record responses"
    SEE_WEBHOOKS = "webhooks.see", "See webhooks and deliveries"
    MANAGE_WEBHOOKS = "webhooks.manage", "Manage webhooks, and so receive any public event"
    SEE_MEMBERS = "members.see", "See members"
    MANAGE_MEMBERS = "members.manage", "Manage members"
    MANAGE_OWNERS = "owners.manage", "Make and unmake owners"
    SEE_KEYS = "keys.see", "See API keys"
    MANAGE_KEYS = "keys.manage", "Manage API keys"
    SEE_AUDIT = "audit.see", "See the audit trail"


class Role(TextChoices):
    """What a member is to their tenant."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    CS_MANAGER = "cs_manager", "CS manager"
    CSM = "csm", "CSM"
    CX_MANAGER = "cx_manager", "CX manager"
    ANALYST = "analyst", "Analyst"
    VIEWER = "viewer", "Viewer"
    INTEGRATION = "integration", "Integration"


_P = Permission

_SEE = frozenset(
    {
        _P.SEE_PEOPLE,
        _P.SEE_COMPANIES,
        _P.SEE_TIMELINE,
        _P.SEE_ACCOUNTS,
        _P.SEE_HEALTH,
        _P.SEE_SURVEYS,
        _P.SEE_RESPONSES,
        _P.SEE_MEMBERS,
    }
)
_WORK = _SEE | {_P.CHANGE_PEOPLE, _P.CHANGE_COMPANIES, _P.SEND_EVENTS, _P.RECORD_RESPONSES}
_SUCCEED = _WORK | {_P.CHANGE_ACCOUNTS, _P.CHANGE_CONTRACTS, _P.OVERRIDE_HEALTH}
_INTEGRATE = _WORK | {_P.BACKFILL_EVENTS, _P.CHANGE_ACCOUNTS, _P.CHANGE_CONTRACTS, _P.SEE_WEBHOOKS}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.ADMIN: frozenset(Permission) - {_P.MANAGE_OWNERS},
    Role.CS_MANAGER: _SUCCEED | {_P.MANAGE_SCORECARDS, _P.MANAGE_STAGES, _P.SEE_AUDIT},
    Role.CSM: _SUCCEED,
    Role.CX_MANAGER: _WORK | {_P.MANAGE_SURVEYS, _P.MANAGE_STAGES},
    Role.ANALYST: _SEE | {_P.SEE_WEBHOOKS, _P.SEE_AUDIT},
    Role.VIEWER: _SEE,
    Role.INTEGRATION: _INTEGRATE,
}

WRITE_KEY_GRANTS = frozenset({_P.SEND_EVENTS})
"""A write key may be read by anyone who opens a web page, so it may only send."""
