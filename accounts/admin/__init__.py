"""The admin of the ground floor: the site, what all models' admin share, members and keys."""

from accounts.admin import keys, members, users

__all__ = ["keys", "members", "users"]
