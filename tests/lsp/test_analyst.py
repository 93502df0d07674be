"""The worker process: stale jobs are dropped, stubborn ones killed, urgent ones first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from nanlint.lsp import analyst
from nanlint.lsp.analyst import AnalysisError, Analyst, Urgency
from tests.lsp.jobs import Break, Hang, Say, Spin
from tests.lsp.tools import run


@asynccontextmanager
async def employed() -> AsyncIterator[Analyst]:
    one = Analyst(lambda: ())
    try:
        yield one
    finally:
        await one.close()


async def process(one: Analyst, word: str = "", urgency: Urgency = Urgency.NOW) -> int:
    """The number of the process that answers."""
    answer = await one.ask(Say(word), urgency)
    assert isinstance(answer, tuple) and answer[1] == word
    number: int = answer[0]
    return number


def test_a_dropped_job_is_interrupted_and_the_worker_goes_on() -> None:
    async def conversation() -> None:
        async with employed() as one:
            worker = await process(one)
            for _ in range(20):
                spinning = one.ask(Spin())
                await asyncio.sleep(0.01)
                spinning.cancel()
                assert await process(one, "next") == worker

    run(conversation)


def test_a_job_that_does_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyst, "GRACE", 0.3)

    async def conversation() -> None:
        async with employed() as one:
            worker = await process(one)
            hanging = one.ask(Hang())
            await asyncio.sleep(0.1)
            hanging.cancel()
            assert await process(one) != worker

    run(conversation)


def test_a_job_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation() -> None:
        async with employed() as one:
            await process(one)
            monkeypatch.setattr(analyst, "PATIENCE", 0.3)
            with pytest.raises(AnalysisError, match="took too long"):
                await one.ask(Spin())

    run(conversation)


def test_a_job_that_breaks_says_so_and_the_next_is_done() -> None:
    async def conversation() -> None:
        async with employed() as one:
            with pytest.raises(AnalysisError, match="internal error in nanlint: RuntimeError: broken"):
                await one.ask(Break())
            await process(one)

    run(conversation)


def test_what_somebody_waits_for_comes_before_what_can_wait() -> None:
    async def conversation() -> None:
        async with employed() as one:
            await process(one)
            spinning = one.ask(Spin(), Urgency.WHENEVER)
            await asyncio.sleep(0.05)
            assert one._current is not None
            await process(one, "urgent")
            assert not spinning.done()
            spinning.cancel()

    run(conversation)
