"""Time that a test moves by hand."""

from pressrun.store.clock import SECOND

START = 1_800_000_000 * SECOND


class FakeClock:
    """Microseconds since the epoch, standing still."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now += int(seconds * SECOND)
