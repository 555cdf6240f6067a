"""Identifiers: content hashes, so that the same thing is stored once, and ordered event ids."""

from __future__ import annotations

import secrets
import threading
import time
from hashlib import blake2b
from uuid import UUID

_DIGEST_BYTES = 10


def content_id(*parts: object) -> str:
    """Hash parts to 20 hexadecimal digits; None differs from the empty string.

    Each part is preceded by its length, so that moving a character from one part to the next
    changes the id.
    """
    texts = [part if part is None else str(part) for part in parts]
    text = "".join(["-" if part is None else f"{len(part)}:{part}" for part in texts])
    # Half characters get an id too: storing the text is what refuses them, with the place.
    return blake2b(text.encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()


class _Last:
    lock = threading.Lock()
    value = 0


def event_id() -> str:
    """Make a UUID version 7 (RFC 9562): later events of a process sort later.

    Within a millisecond, or when the clock was set back, an id is the last one plus one, since
    the latest of two events is the one that stands.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | secrets.randbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    with _Last.lock:
        _Last.value = value = max(value, _Last.value + 1)
    return str(UUID(int=value))
