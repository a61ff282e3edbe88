"""How an attempt ends: one of five values."""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.errors import FailureCode


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model, for counters and timeline. `outcome` is completed or a FailureCode; durations are seconds.

    `outage`: the provider served nobody. `counted`: a checkpoint has added it to the job's usage already.
    """

    model: str
    outcome: str
    duration_s: float
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt: str = ""
    request_id: str | None = None
    outage: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Completed:
    """The result is there: JSON."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Failed:
    """It cannot be done, or not any more."""

    code: FailureCode
    message: str


@dataclass(frozen=True, slots=True)
class Again:
    """It may succeed later: wait `wait_s` seconds and try again; not `charged`, the attempt counts for nothing."""

    wait_s: float
    code: FailureCode
    message: str
    charged: bool = True


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Somebody asked for it to stop."""


@dataclass(frozen=True, slots=True)
class Released:
    """The worker stops in good order: another may start over at once, and no attempt is charged."""


Outcome = Completed | Failed | Again | Cancelled | Released


@dataclass(frozen=True, slots=True)
class Ending:
    """An outcome and what it cost; `checkpointed` when calls of the job are kept that its end makes useless."""

    outcome: Outcome
    calls: Sequence[Call] = ()
    checkpointed: bool = False

    @property
    def prompt_tokens(self) -> int:
        """Tokens sent, over all calls."""
        return sum(call.prompt_tokens for call in self.calls if not call.counted)

    @property
    def completion_tokens(self) -> int:
        """Tokens received, over all calls."""
        return sum(call.completion_tokens for call in self.calls if not call.counted)
