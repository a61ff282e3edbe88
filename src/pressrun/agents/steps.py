"""Calls of a run that were made before: a run that starts over takes their answers instead of paying again."""

from typing import Protocol

from pressrun.agents.outcome import Call


class Steps(Protocol):
    """What a run remembers between attempts; a step is one call, named by its place in the run."""

    def done(self, step: str) -> str | None:
        """The text of a step that an earlier attempt finished."""
        ...

    async def keep(self, step: str, text: str, call: Call) -> None:
        """Remember a finished step before the next one begins; raises RunFailure when the run must not go on."""
        ...


class Forgetful:
    """Remembers nothing: for runs that are never started over."""

    def done(self, step: str) -> str | None:  # noqa: ARG002 - the protocol's
        """See Steps.done."""
        return None

    async def keep(self, step: str, text: str, call: Call) -> None:
        """See Steps.keep."""
