"""Primary keys: UUID version 7, made here, so that they sort by time and never repeat across schemas."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random bits."""
    random = int.from_bytes(os.urandom(10))
    milliseconds = time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF
    version_and_random = 0x7000 | random >> 68 & 0x0FFF
    variant_and_random = 0x8000_0000_0000_0000 | random & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | version_and_random << 64 | variant_and_random)
