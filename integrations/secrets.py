"""Secrets at rest: encrypted with a key that is not in the database."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """A secret was encrypted with a key that we no longer have."""


def seal(secret: str) -> str:
    """Encrypt a secret for keeping."""
    return _box().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Read a kept secret."""
    try:
        return _box().decrypt(sealed).decode()
    except InvalidToken as error:
        raise Unreadable("A secret cannot be read with the present keys.") from error


def _box() -> MultiFernet:
    return _box_of(tuple(settings.ENCRYPTION_KEYS), (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@cache
def _box_of(keys: tuple[str, ...], secrets: tuple[str, ...]) -> MultiFernet:
    """Take the first key for writing and every key for reading; those derived from SECRET_KEY come last."""
    return MultiFernet([*map(Fernet, keys), *(Fernet(_derived(secret)) for secret in secrets)])


def _derived(secret: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"unison secrets at rest")
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
