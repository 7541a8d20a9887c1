"""The admin of the ground floor: the site, what all models' admin share, members, keys, documents."""

from accounts.admin import documents, keys, members, users

__all__ = ["documents", "keys", "members", "users"]
