"""The same work on many files, on all cores, with the results in the order of the files."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar, cast

from nanlint import plugins

SERIAL_UP_TO = 24  # files; a process takes 0.3 s to import what it needs

_Result = TypeVar("_Result")


def _unheard(result: object) -> None:
    """Nobody waits for single results."""


def for_each(
    function: Callable[[str], _Result],
    paths: Sequence[str],
    died: Callable[[str], _Result],
    heard: Callable[[_Result], None] = _unheard,
) -> tuple[_Result, ...]:
    """`function` (a picklable one) of each path; `died` of a path at which its process ended.

    `heard` is called in this process, with each result as soon as it is there.
    """
    processes = min(os.cpu_count() or 1, len(paths))
    if len(paths) <= SERIAL_UP_TO or processes == 1:
        return tuple(_told(function(path), heard) for path in paths)
    results = _run(function, paths, processes, heard)
    for index, result in enumerate(results):
        if not result:  # its process died at this file or at a neighbour
            again = _run(function, [paths[index]], 1, heard)[0]
            results[index] = again or [_told(died(paths[index]), heard)]
    return tuple(result[0] for result in results)


def _told(result: _Result, heard: Callable[[_Result], None]) -> _Result:
    heard(result)
    return result


def _run(
    function: Callable[[str], _Result], paths: Sequence[str], processes: int, heard: Callable[[_Result], None]
) -> list[list[_Result]]:
    """Each result in a list; an empty one if the pool broke before."""
    pool = ProcessPoolExecutor(processes, initializer=_begin, initargs=(function, plugins.wanted()))
    try:
        work = cast("Callable[[str], _Result]", _work)
        futures = [pool.submit(work, path) for path in paths]
        for future in as_completed(futures):
            for result in _result(future):
                heard(result)
        return [_result(future) for future in futures]
    finally:
        pool.shutdown(cancel_futures=True)


_function: list[Callable[[str], object]] = []
"""What a worker process does: it arrives once, since it holds what is known of all files."""


def _begin(function: Callable[[str], object], with_plugins: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not with_plugins:
        plugins.leave_out()
    _function.append(function)


def _work(path: str) -> object:
    return _function[-1](path)


def _result(future: Future[_Result]) -> list[_Result]:
    try:
        return [future.result()]
    except BrokenProcessPool:
        return []
