"""One call at a time for a technical account, and a pause between two (chorus-pro-api.md §1.2, §1.6 rule 4)."""

import threading
import time
from contextlib import contextmanager


class Pacer:
    """Serialises the calls that share it and keeps them at least `interval` seconds apart.

    The pause runs from the end of a call to the start of the next: PISTE answers random 401 to calls that follow
    each other too fast, and the time of arrival there is not ours to measure.
    """

    def __init__(self, interval: float = 1.0, *, clock=time.monotonic, sleep=time.sleep):
        self.interval = interval
        self._clock = clock
        self._sleep = sleep
        self._turn = threading.Lock()
        self._ended = None

    @contextmanager
    def turn(self):
        """Waits for our turn, then holds it for the time of one call."""
        with self._turn:
            if self._ended is not None:
                pause = self._ended + self.interval - self._clock()
                if pause > 0:
                    self._sleep(pause)
            try:
                yield
            finally:
                self._ended = self._clock()

    def follow(self) -> None:
        """Counts the pause from now: a call that was not made through this one may just have ended."""
        with self._turn:
            self._ended = self._clock()
