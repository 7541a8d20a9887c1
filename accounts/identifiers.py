"""Primary keys: UUID version 7, made here, so that they sort by time and never repeat across schemas."""

import os
import time
from uuid import UUID

VARIANTS = "89ab"
FRACTIONS = [f"{fraction:03x}" for fraction in range(1 << 12)]


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
    """So many at once, as hexadecimal digits, for a statement that writes many rows; they sort as they come.

    Asking for randomness lets other threads run, so it is asked for once.
    """
    front = f"{time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF:012x}7"
    random = os.urandom(many * 9)
    digits, starts = random.hex(), range(2, 18 * many, 18)
    return [
        f"{front}{FRACTIONS[(place << 12) // many]}{VARIANTS[byte & 3]}{digits[start : start + 15]}"
        for place, byte, start in zip(range(many), random[::9], starts, strict=True)
    ]
