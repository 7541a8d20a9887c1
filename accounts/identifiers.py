"""Primary keys: UUID version 7, made here, so that they sort by time and never repeat across schemas."""

import os
import time
from uuid import UUID

VARIANTS = "89ab"


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 of a fraction of one, then 62 random bits.

    The fraction is a quarter of a microsecond: what a process makes one after the other sorts so, and events
    that are said in one breath are told in their order.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    version_and_fraction = 0x7000 | (nanoseconds << 12) // 1_000_000
    variant_and_random = 0x8000_0000_0000_0000 | int.from_bytes(os.urandom(8)) & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=milliseconds << 80 | version_and_fraction << 64 | variant_and_random)


def uuid7_texts(many: int) -> list[str]:
    """So many at once, as hexadecimal digits, for a statement that writes many rows.

    Asking for randomness lets other threads run, so it is asked for once.
    """
    front = f"{time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF:012x}7"
    random = os.urandom(many * 10)
    variants, digits = (VARIANTS[byte & 3] for byte in random[::10]), random.hex()
    return [
        f"{front}{digits[start + 2 : start + 5]}{variant}{digits[start + 5 : start + 20]}"
        for start, variant in zip(range(0, len(digits), 20), variants, strict=True)
    ]
