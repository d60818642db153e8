"""Tasks on processes of this machine, for what is mostly Python, of which threads would do one thing at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, TypeVar

from thrive_model.errors import refuse

AHEAD = 1
"""Tasks that wait for each process beside the one it has."""
Made = TypeVar("Made")


@dataclass(frozen=True)
class Processes:
    """So many processes; each does one task at a time. One is this process."""

    count: int = os.cpu_count() or 1

    def in_order(self, tasks: Iterator[tuple[Callable[..., Made], Sequence[Any]]]) -> Iterator[Made]:
        """What each task comes to, in their order; `InputError` where a process is killed."""
        if self.count == 1:
            yield from (function(*arguments) for function, arguments in tasks)
            return
        before = set(multiprocessing.active_children())
        # Processes are begun anew, since a copy of one that has threads may wait for them for ever.
        begin = multiprocessing.get_context("spawn")
        under_way: deque[Future[Made]] = deque()
        done = False
        with ProcessPoolExecutor(self.count, mp_context=begin, initializer=_leave_interrupts_to_who_asked) as pool:
            try:
                for function, arguments in tasks:
                    under_way.append(pool.submit(function, *arguments))
                    if len(under_way) > self.count * (1 + AHEAD):
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
                done = True
            except BrokenProcessPool:
                what = "one of its processes was killed, most likely for want of memory"
                raise refuse("this machine", what, "take fewer --processes; what is done is kept") from None
            finally:
                if not done:  # nobody waits for them any more
                    pool.shutdown(wait=False, cancel_futures=True)
                    for child in set(multiprocessing.active_children()) - before:
                        child.terminate()


def _leave_interrupts_to_who_asked() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
