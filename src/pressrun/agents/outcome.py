"""What a run leaves: its result, and every model call it made, whether it succeeded or not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pressrun.jobs import outcome as job_outcome
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.models.provider import Usage
from pressrun.money import Nano


@dataclass(frozen=True, slots=True)
class Call:
    """One model call. `started_s` is the run's clock, `duration_s` seconds; `failure_code` is None for an answer.

    `model` is as the prompt names it, `resolved` the one that was asked. `cost` is nano-dollars, None when it is not
    known; a call without an answer has none. `reask`: an answer before it did not fit its schema.
    """

    prompt: str
    model: str | None
    started_s: float
    duration_s: float
    usage: Usage
    finish_reason: str | None
    request_id: str | None
    failure_code: str | None
    outage: bool = False
    resolved: str | None = None
    cost: Nano | None = 0
    reask: bool = False

    def as_counted(self, *, outage: bool = False, counted: bool = False) -> job_outcome.Call:
        """The call as counters and timelines keep it."""
        return job_outcome.Call(
            model=self.model or DEFAULT_MODEL,
            outcome=self.failure_code or "completed",
            duration_s=self.duration_s,
            prompt_tokens=self.usage.prompt_tokens,
            completion_tokens=self.usage.completion_tokens,
            prompt=self.prompt,
            request_id=self.request_id,
            outage=self.outage or outage,
            counted=counted,
            cached_prompt_tokens=self.usage.cached_prompt_tokens,
            cost=self.cost,
            resolved=self.resolved or "",
            reask=self.reask,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that a prompt was given; `cite` is its number there, `part` that of the value it was about, from 1."""

    graph_id: str
    file_id: str
    file_name: str
    url: str
    page: int | None
    start: int
    text: str
    score: float
    cite: str
    prompt: str
    part: int | None = None

    def as_data(self) -> dict[str, Any]:
        """As it stands in `data.sources`."""
        return {
            "graph_id": self.graph_id,
            "file_id": self.file_id,
            "file_name": self.file_name,
            "url": self.url or None,
            "page": self.page,
            "start": self.start,
            "text": self.text,
            "score": round(self.score, 4),
            "cite": self.cite,
            "prompt": self.prompt,
            "part": self.part,
        }


@dataclass(frozen=True, slots=True)
class Part:
    """The result for one of several values of an input."""

    input: str
    value: str
    title: str
    suggestion: str
    prompts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Result:
    """The text of a run, the prompts' results by name, and with fan-out one part for each value, in order.

    `sources` are the passages of graphs that the prompts were given; None for an agent without graphs.
    """

    title: str
    suggestion: str
    prompts: Mapping[str, str]
    parts: tuple[Part, ...] | None = None
    sources: tuple[Source, ...] | None = None

    @property
    def results(self) -> tuple[Mapping[str, Any], ...] | None:
        """The parts as plain data, as they stand in `data.results`."""
        if self.parts is None:
            return None
        return tuple(
            {"input": one.input, "value": one.value, "title": one.title, "suggestion": one.suggestion}
            for one in self.parts
        )
