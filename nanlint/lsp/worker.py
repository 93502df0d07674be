"""The process that analyses: it takes jobs from the server one at a time, and drops the one it is at when told to."""

from __future__ import annotations

import ctypes
import gc
import os
import queue
import signal
import sys
import threading
import traceback
from typing import BinaryIO, cast

from nanlint.lsp.desk import Desk
from nanlint.lsp.jobs import Job
from nanlint.lsp.linting import warm_up
from nanlint.lsp.wire import Drop, Dropped, Failed, packed, receive
from nanlint.running.stack import with_deep_stack

PAUSES = (0.25, 3.0)
"""Seconds without a job after which the garbage of the last ones is collected, and then all of it. Trees and traces
hold cycles, and the collector is off while a job runs."""
YOUNG, ALL = 40, 400  # jobs after which it is collected though nobody pauses: what was made lately, and everything


class _Stop(BaseException):
    """Raised in the thread that analyses; no `except Exception` on its way catches it."""


class Worker:
    """One thread reads what the server wants, another does it: only so can a job be interrupted."""

    def __init__(self, requests: BinaryIO, answers: BinaryIO) -> None:
        self.requests, self.answers = requests, answers
        self.jobs: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        self.dropped: set[int] = set()
        self.lock = threading.Lock()
        self.current = 0
        self.thread = 0
        self.desk = Desk()

    def read(self) -> None:
        """Takes requests until the server closes its end or dies: then this process ends at once."""
        try:
            while True:
                match receive(self.requests):
                    case Drop(number):
                        self.drop(number)
                    case (int(number), job):
                        self.jobs.put((number, cast("Job", job)))
        except (EOFError, OSError):
            os._exit(0)

    def drop(self, number: int) -> None:
        """Interrupts the job if it is being done, and marks it if it waits."""
        with self.lock:
            if self.current == number:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), ctypes.py_object(_Stop))
            elif number > self.current:
                self.dropped.add(number)

    def serve(self) -> None:
        """Does the jobs in turn, for ever."""
        self.thread = threading.get_ident()
        done, collected = 0, len(PAUSES)
        while True:
            try:
                number, job = self.jobs.get(timeout=PAUSES[collected] if collected < len(PAUSES) else None)
            except queue.Empty:
                collected += 1
                gc.collect(collected)
                continue
            answer = self.answer(number, job)
            self.answers.write(packed((number, answer)))
            self.answers.flush()
            done, collected = done + 1, 0
            if done % YOUNG == 0:
                gc.collect(1 if done % ALL else 2)

    def answer(self, number: int, job: Job) -> object:
        if number in self.dropped:
            self.dropped.discard(number)
            return Dropped()
        try:
            try:
                with self.lock:
                    self.current = number
                return job.run(self.desk)
            finally:
                self._finish()
        except _Stop:
            self.desk.forget_what_was_read()
            return Dropped()
        except Exception as error:  # noqa: BLE001 - the server tells it, and the next job may be well
            traceback.print_exc()
            return Failed(f"{type(error).__name__}: {error}")

    def _finish(self) -> None:
        """From here on nothing interrupts this thread, not even what is under way."""
        with self.lock:
            self.current = 0
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), None)


def main() -> None:
    """Serves on standard input and output; whatever prints, prints on standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the server's to handle
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    gc.disable()
    worker = Worker(requests, answers)
    threading.Thread(target=worker.read, name="requests", daemon=True).start()
    warm_up()
    gc.collect()
    gc.freeze()
    with_deep_stack(worker.serve)


if __name__ == "__main__":
    main()
