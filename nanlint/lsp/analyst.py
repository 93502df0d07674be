"""The server's side of the worker process: jobs in order of urgency, dropped when nobody waits for them any more."""

from __future__ import annotations

import asyncio
import heapq
import logging
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count

from nanlint.lsp.jobs import Job
from nanlint.lsp.wire import HEADER, Drop, Dropped, Failed, length, packed, unpacked

logger = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds that a job may take
GRACE = 3.0  # seconds in which a job has to stop when told to


class Urgency(IntEnum):
    """The smaller goes first; a job that begins stops one that is less urgent by two steps, which begins anew later."""

    NOW = 0
    SOON = 1
    WHENEVER = 2


class AnalysisError(Exception):
    """A job that failed; the message is one line."""


@dataclass(slots=True, order=True)
class _Task:
    urgency: Urgency
    number: int
    job: Job = field(compare=False)
    answer: asyncio.Future[object] = field(compare=False)
    told_to_stop: bool = field(default=False, compare=False)


class Analyst:
    """Runs jobs in one worker process, which is started when needed and replaced when it dies or does not obey.

    prelude: the jobs that tell a new worker what is open.
    """

    def __init__(self, prelude: Callable[[], Iterable[Job]]) -> None:
        self._prelude = prelude
        self._waiting: list[_Task] = []
        self._current: _Task | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._has_spoken = False
        self._numbers = count(1)
        self._wake = asyncio.Event()
        self._starting = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._runner = self._loop.create_task(self._run())
        self._alarm: asyncio.TimerHandle | None = None

    def ask(self, job: Job, urgency: Urgency = Urgency.NOW) -> asyncio.Future[object]:
        """The answer of the job to come; whoever cancels it drops the job. Raises AnalysisError when awaited."""
        task = _Task(urgency, next(self._numbers), job, self._loop.create_future())
        task.answer.add_done_callback(lambda _: self._give_up(task))
        heapq.heappush(self._waiting, task)
        if self._current is not None and self._current.urgency >= urgency + 2:
            self._stop(self._current)
        self._wake.set()
        return task.answer

    def tell(self, job: Job) -> None:
        """Something that the worker has to know, before every job that was not begun."""
        if self._process is not None:
            self._send((next(self._numbers), job))

    @property
    def idle(self) -> bool:
        return self._current is None and not self._waiting

    async def close(self) -> None:
        """Ends the worker; nobody gets an answer any more."""
        self._runner.cancel()
        for task in [*self._waiting, *([self._current] if self._current else [])]:
            task.answer.cancel()
        await self._kill()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                task = heapq.heappop(self._waiting)
                if not task.answer.done():
                    await self._do(task)

    async def _do(self, task: _Task) -> None:
        self._current = task
        try:
            process = await self._start()
            self._send((task.number, task.job))
            self._alarm = self._loop.call_later(PATIENCE, self._lose_patience, process, task)
            answer = await self._answer(process, task.number)
        except (EOFError, OSError) as error:
            logger.warning("the analysis process ended: %s", error or "no answer")
            await self._kill()
            self._settle(task, AnalysisError("the process that analyses died or took too long; it is started anew"))
        else:
            self._settle(task, answer)
        finally:
            self._current = None
            if self._alarm is not None:
                self._alarm.cancel()

    def _settle(self, task: _Task, answer: object) -> None:
        if task.answer.done():
            return
        match answer:
            case Dropped():
                task.told_to_stop = False
                heapq.heappush(self._waiting, task)
            case Failed(message):
                task.answer.set_exception(AnalysisError(f"internal error in nanlint: {message}"))
            case AnalysisError():
                task.answer.set_exception(answer)
            case _:
                task.answer.set_result(answer)

    async def _start(self) -> asyncio.subprocess.Process:
        """The worker process, begun unless it runs."""
        async with self._starting:
            return self._process or await self._begin()

    async def _begin(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "nanlint.lsp.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**20,
        )  # fmt: skip
        self._process, self._has_spoken = process, False
        for job in self._prelude():
            self._send((next(self._numbers), job))
        return process

    async def warm_up(self) -> None:
        """Starts the worker before somebody waits for it."""
        await self._start()

    def _send(self, message: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(packed(message))

    async def _answer(self, process: asyncio.subprocess.Process, wanted: int) -> object:
        """The answer of that number; those to what the worker was told are of no interest. Raises EOFError."""
        stream = process.stdout
        assert stream is not None
        while True:
            try:
                body = await stream.readexactly(length(await stream.readexactly(HEADER)))
            except asyncio.IncompleteReadError as error:
                raise EOFError from error
            self._has_spoken = True
            match unpacked(body):
                case (int(number), answer) if number == wanted:
                    return answer
                case (_, Failed(message)):
                    logger.error("internal error in nanlint: %s", message)

    def _give_up(self, task: _Task) -> None:
        if task.answer.cancelled() and task is self._current:
            self._stop(task)

    def _stop(self, task: _Task) -> None:
        """Tells the worker to stop at what it does, and kills it if it does not; one that is starting has its time."""
        if task.told_to_stop or self._process is None:
            return
        task.told_to_stop = True
        self._send(Drop(task.number))
        if not self._has_spoken:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._loop.call_later(GRACE, self._lose_patience, self._process, task)

    def _lose_patience(self, process: asyncio.subprocess.Process, task: _Task) -> None:
        if task is self._current and process is self._process:
            logger.warning("the analysis process is busy for too long: killed")
            with suppress(ProcessLookupError):
                process.kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
