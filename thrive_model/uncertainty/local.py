"""Blocks made on this machine, by as many threads as it has processors."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from thrive_model.parameters import Floats
from thrive_model.uncertainty.simulate import Plan, Span
from thrive_model.uncertainty.study import Study

AHEAD = 1
"""Spans that wait beside those being made, so that no thread is idle and memory stays small."""


@dataclass(frozen=True)
class Threads:
    """So many threads; each makes one span at a time."""

    count: int = os.cpu_count() or 1

    def make(self, study: Study, plan: Plan, spans: Iterator[Span]) -> Iterator[Floats]:
        """The figures of each span, in the order of the spans."""
        with ThreadPoolExecutor(self.count) as pool:
            under_way: deque[Future[Floats]] = deque()
            try:
                for span in spans:
                    under_way.append(pool.submit(study.blocks, *span, plan.method, whole_children=plan.whole_children))
                    if len(under_way) >= self.count + AHEAD:
                        yield under_way.popleft().result()
                while under_way:
                    yield under_way.popleft().result()
            finally:
                for waiting in under_way:
                    waiting.cancel()
