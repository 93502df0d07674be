"""Whether the process that started the server still lives."""

from __future__ import annotations

import asyncio
import os
import sys

INTERVAL = 2.0  # seconds


def alive(process: int) -> bool:
    """False only if there surely is no such process."""
    if sys.platform == "win32":
        return True  # there, signal 0 would end it; the end of its stream tells as well
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


async def until_gone(process: int) -> None:
    """Returns when the process is no more."""
    while alive(process):
        await asyncio.sleep(INTERVAL)
