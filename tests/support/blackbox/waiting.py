"""Waiting for what another process does, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 15.0
GLANCE_S = 0.02


def until(what: str, look: Callable[[], T | None], patience_s: float = PATIENCE_S) -> T:
    """What `look` returns as soon as that is not `None`."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(GLANCE_S)
    raise TimeoutError(f"{what} did not happen within {patience_s} s")
