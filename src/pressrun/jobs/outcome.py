"""How an attempt ends: one of five values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.errors import FailureCode
from pressrun.money import Nano, dollars


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a model, for counters and timeline. `outcome` is completed or a FailureCode; durations are seconds.

    `model` is the name the prompt gave, `resolved` the model it meant. `cached_prompt_tokens` are among
    `prompt_tokens`. `cost` is nano-dollars, None when it is not known.
    `reask`: an answer before did not fit its schema.
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
    cached_prompt_tokens: int = 0
    cost: Nano | None = 0
    resolved: str = ""
    reask: bool = False

    @property
    def answered_by(self) -> str:
        """The model that was asked, by the name it has for every prompt."""
        return self.resolved or self.model

    def as_line(self) -> dict[str, Any]:
        """The call as a job's timeline tells it: enough to find it on the provider's bill."""
        told: dict[str, Any] = {
            "model": self.answered_by,
            "outcome": self.outcome,
            "duration_s": round(self.duration_s, 3),
        }
        if self.prompt:
            told["prompt"] = self.prompt
        if self.request_id is not None:
            told["request_id"] = self.request_id
        if self.prompt_tokens or self.completion_tokens:
            told |= {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens}
        if self.cached_prompt_tokens:
            told["cached_prompt_tokens"] = self.cached_prompt_tokens
        if self.cost != 0 or self.outcome == "completed":
            told["cost"] = dollars(self.cost)
        if self.reask:
            told["reask"] = True
        return told


@dataclass(frozen=True, slots=True)
class Completed:
    """The result is there: JSON; `notes` say what was left out of what the models were given."""

    payload: bytes
    notes: Sequence[str] = ()


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
    def uncounted(self) -> list[Call]:
        """The calls whose cost is not in the books yet."""
        return [call for call in self.calls if not call.counted]
