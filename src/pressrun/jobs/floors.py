"""Where a worker left off: below it nothing queued was left, so the next claim need not look there.

PostgreSQL keeps the index entries of claimed jobs for as long as any transaction may still see them as queued. A claim
that starts at a lane's first entry walks over all of them.
"""

import time
from collections.abc import Callable, Mapping

PRIORITIES = 10

RESCAN_S = 2.0
RESCAN_PART = 0.02
"""Jobs come to stand below: by retry, rescue, release, or because their acceptance was committed late. Whoever brings
one back rings RETURNED; a ring may be lost, so a claim starts from the beginning every two seconds too, or seldom
enough for that to take no more than this part of the time."""

RETURNED = "returned"
"""The topic of the bell that tells workers to look everywhere: jobs stand again where they stood before."""

Lane = tuple[str, str]
"""Agent and batch, as in lanes.py."""

Reached = Mapping[tuple[Lane, int], int]
"""For a lane and a priority, the sequence number of the last job taken."""


class Floors:
    """What one worker remembers of its claims; each floor is a sequence number from which to look."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._floors: dict[Lane, list[int]] = {}
        self._pause_s = RESCAN_S
        self._rescanned_s = clock_s() - RESCAN_S

    def begin(self) -> bool:
        """A claim begins; True when it has to look everywhere."""
        if self._clock_s() - self._rescanned_s < self._pause_s:
            return False
        self._floors.clear()
        return True

    def look_everywhere(self) -> None:
        """Jobs may stand anywhere again."""
        self._floors.clear()

    def of(self, lane: Lane) -> str:
        """A lane's floors, one for each priority, as an array in PostgreSQL's words."""
        floors = self._floors.get(lane)
        return "{" + ",".join(map(str, floors or [0] * PRIORITIES)) + "}"

    def has(self, lane: Lane) -> bool:
        """Whether anything of a lane is passed over."""
        return lane in self._floors

    def forget(self, lane: Lane) -> None:
        """Look everywhere for a lane's next jobs."""
        self._floors.pop(lane, None)

    def learn(self, reached: Reached, *, everywhere: bool, took_s: float) -> None:
        """A claim has been committed that took jobs up to these; `everywhere`: it began from the beginning."""
        for (lane, priority), seq in reached.items():
            floors = self._floors.setdefault(lane, [0] * PRIORITIES)
            floors[priority] = seq + 1
        if everywhere:
            self._rescanned_s = self._clock_s()
            self._pause_s = max(RESCAN_S, took_s / RESCAN_PART)
