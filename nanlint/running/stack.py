"""Runs a function with a stack deep enough for any tree that the parser gives us."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

STACK_BYTES = 256 * 1024 * 1024  # reserved, not used: only touched pages cost memory
RECURSION_LIMIT = 50_000  # at most 2 kB of stack for a call (Python 3.10), hence 100 MB
ROOM = 2**17 + 1  # words that the first frame asks for, so that Python takes 2 MB at once and has half of it left
_NAME = "nanlint-deep-stack"

_Result = TypeVar("_Result")
_one_at_a_time = threading.Lock()  # stack size and recursion limit are the process's


def with_deep_stack(function: Callable[[], _Result]) -> _Result:
    """What `function` returns or raises; a recursion without end raises RecursionError and crashes nothing."""
    if threading.current_thread().name.startswith(_NAME):
        return function()
    with _one_at_a_time, ThreadPoolExecutor(1, _NAME) as executor:
        size, limit = threading.stack_size(STACK_BYTES), sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, RECURSION_LIMIT))
        try:
            return executor.submit(_with_room, function).result()
        finally:
            threading.stack_size(size)
            sys.setrecursionlimit(limit)


def _with_room(function: Callable[[], _Result]) -> _Result:
    """From Python 3.11 on, frames lie in chunks of 16 kB: a loop of calls over the end of one maps and unmaps the next
    each time, which was a tenth of all time.
    """
    return function()


_with_room.__code__ = _with_room.__code__.replace(co_stacksize=ROOM)
