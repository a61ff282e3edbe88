"""What a job's prompts asked: put together again from its version, its inputs, and the results that are kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from pressrun.agents.asking import question_of
from pressrun.agents.context import with_passages
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Source
from pressrun.agents.references import Reference
from pressrun.agents.run import Values, fanned, texts_of
from pressrun.agents.submit import JobOptions
from pressrun.errors import RunFailure
from pressrun.jobs.history import TimelineEntry
from pressrun.jobs.job import Job
from pressrun.models.provider import Message

Line = Mapping[str, Any]
"""A model call as a timeline tells it, and the attempt that made it."""


@dataclass(frozen=True, slots=True)
class AskedPrompt:
    """A prompt as it was sent, its result, and the calls made for it.

    `part` is the number of the value that was asked about, from 1; None where it is all of them. `messages` and
    `output` are None where they are not known: what an earlier prompt said is kept only with a result.
    """

    part: int | None
    prompt: str
    messages: tuple[Message, ...] | None
    output: str | None
    calls: Sequence[Line]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """What is left of a job's run: the job with its result, its timeline, and the steps that an open job keeps."""

    job: Job
    timeline: Sequence[TimelineEntry]
    steps: Mapping[str, bytes]

    @property
    def result(self) -> Mapping[str, Any]:
        """The result's JSON; empty while there is none."""
        found: dict[str, Any] = {} if self.job.result is None else msgspec.json.decode(self.job.result)
        return found

    def sources_of(self, part: int | None) -> list[Source] | None:
        """The passages that prompts were given for a value; None while that is not known."""
        found = self.result.get("sources")
        if found is None:
            return None
        told = ({**one, "url": one["url"] or ""} for one in found if one["part"] == part)
        return [Source(**one) for one in told]

    def calls_of(self, prompt: str) -> list[Line]:
        """The calls of the job's current generation that were made for a prompt, in order."""
        return [
            {**line, "attempt": entry.attempt}
            for entry in self.timeline
            if entry.generation == self.job.generation
            for line in entry.data.get("calls", ())
            if line.get("prompt") == prompt
        ]


def asked_prompts(definition: AgentDefinition, kept: KeptRun) -> list[AskedPrompt]:
    """Every prompt of a job in order; with fan-out each once for all values, and once for each of them."""
    values = msgspec.json.decode(kept.job.inputs, type=dict[str, tuple[str, ...]])
    if msgspec.json.decode(kept.job.options, type=JobOptions).fan_out:
        return _of_parts(definition, values, kept)
    outputs = {
        prompt.name: text.decode()
        for index, prompt in enumerate(definition.prompts)
        if (text := kept.steps.get(str(index))) is not None
    }
    outputs |= kept.result.get("prompts", {})
    return [
        AskedPrompt(None, prompt, messages, outputs.get(prompt), kept.calls_of(prompt))
        for prompt, messages in _sent(definition, values, outputs, kept.sources_of(None))
    ]


def _of_parts(definition: AgentDefinition, values: Values, kept: KeptRun) -> list[AskedPrompt]:
    """Calls are told for all values together: a timeline does not say which value one was about."""
    together = kept.result.get("prompts", {})
    asked = [
        AskedPrompt(None, prompt.name, None, together.get(prompt.name), kept.calls_of(prompt.name))
        for prompt in definition.prompts
    ]
    name, each = fanned(definition, values)
    suggestions = [one["suggestion"] for one in kept.result.get("results", ())]
    last = definition.prompts[-1].name
    for number, value in enumerate(each):
        outputs = {
            prompt.name: text.decode()
            for index, prompt in enumerate(definition.prompts)
            if (text := kept.steps.get(f"{number}.{index}")) is not None
        }
        if suggestions and definition.output_template == (Reference("prompt", last),):
            outputs[last] = suggestions[number]
        sources = kept.sources_of(number + 1)
        for prompt, messages in _sent(definition, {**values, name: (value,)}, outputs, sources):
            asked.append(AskedPrompt(number + 1, prompt, messages, outputs.get(prompt), ()))
    return asked


def _sent(
    definition: AgentDefinition, values: Values, outputs: Mapping[str, str], sources: Sequence[Source] | None
) -> list[tuple[str, tuple[Message, ...] | None]]:
    """Each prompt with its messages, if everything that they refer to is known, passages of graphs too."""
    texts = {**texts_of(definition, values), **outputs}
    sent: list[tuple[str, tuple[Message, ...] | None]] = []
    for index, prompt in enumerate(definition.prompts):
        pieces = [piece for template in definition.prompt_templates[index] for piece in template]
        messages = None
        is_told = sources is not None or not definition.graphs
        if is_told and all(piece.name in texts for piece in pieces if isinstance(piece, Reference)):
            given = [one for one in sources or () if one.prompt == prompt.name]
            try:
                question = question_of(definition, index, texts)
                messages = with_passages(question, given, cite=definition.settings.inline_citations).messages
            except RunFailure:  # longer than any model takes: it was never sent
                messages = None
        sent.append((prompt.name, messages))
    return sent
