"""Ctrl-C, and being asked to end: never in the middle of adding a block up, which would be neither in nor out."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ending_is_an_interrupt() -> Iterator[None]:
    """Being asked to end (SIGTERM, as a batch system or `kill` does) is a KeyboardInterrupt, too, within this."""
    if not _may_handle():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def held_back() -> Iterator[None]:
    """An interrupt that comes within this comes at its end."""
    if not _may_handle():
        yield
        return
    met: list[tuple[int, FrameType | None]] = []
    before = {
        ending: signal.signal(ending, lambda number, frame: met.append((number, frame)))
        for ending in ENDINGS
        if callable(signal.getsignal(ending))
    }
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
    for number, frame in met[:1]:
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)


def _may_handle() -> bool:
    """Only the main thread may say what becomes of a signal, and only it is interrupted."""
    return threading.current_thread() is threading.main_thread()
