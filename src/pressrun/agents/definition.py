"""The definition of an agent: what it asks for, what it asks of models, and what comes out. YAML and JSON alike."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, model_validator

from pressrun.agents.consistency import DEFAULT_REASKS, faults
from pressrun.agents.faults import between, refuse
from pressrun.agents.input_kinds import Closed, FileInput, Input, MediaInput, TextInput
from pressrun.agents.names import Alias, Name
from pressrun.agents.references import Names, Reference, Template, compile_template
from pressrun.jobs.lanes import DEFAULT_MODEL

MAX_DEFINITION_BYTES = 8 * 1024 * 1024
MAX_DESCRIPTION_CHARS = 10_000
MAX_INPUTS = 50
MAX_PROMPTS = 20
MAX_PROMPT_CHARS = 100_000
MAX_TEMPERATURE = 2
MAX_TOKENS = 1_000_000
MAX_STOPS = 4
MAX_MODELS = 5
MAX_GRAPHS = 20
MAX_REASKS = 5
MAX_STOP_CHARS = 1_000
MAX_JOINER_CHARS = 100
MAX_CONCURRENCY = 10_000
MAX_DEADLINE_S = 30 * 24 * 60 * 60
DEFAULT_DEADLINE_S = 24 * 60 * 60
MAX_ATTEMPTS = 20
DEFAULT_ATTEMPTS = 5
DEFAULT_TITLE = "Output"

STORED = object()
"""The context of what was checked when it was written: schemas, whose rules may have become narrower since."""

GraphId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")]
Stop = Annotated[str, Field(min_length=1, max_length=MAX_STOP_CHARS)]


class OnInvalid(Closed):
    """What becomes of an answer that does not fit its schema: it is asked for again, so many times."""

    retries: Annotated[int, between(0, MAX_REASKS)] = DEFAULT_REASKS


class Prompt(Closed):
    """One question to one model. Its text may refer to inputs and to the results of earlier prompts.

    `models` names several in order of preference instead: the next one is asked when one cannot serve.
    """

    name: Name
    model: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    system: Annotated[str, Field(max_length=MAX_PROMPT_CHARS)] | None = None
    prompt: Annotated[str, Field(min_length=1, max_length=MAX_PROMPT_CHARS)]
    temperature: Annotated[float, between(0, MAX_TEMPERATURE)] | None = None
    max_tokens: Annotated[int, between(1, MAX_TOKENS)] | None = None
    stop: Annotated[tuple[Stop, ...], Field(max_length=MAX_STOPS)] = ()
    json_schema: dict[str, Any] | None = None
    models: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=255)], ...], Field(max_length=MAX_MODELS)
    ] = ()
    on_invalid: OnInvalid = OnInvalid()

    @property
    def candidates(self) -> tuple[str | None, ...]:
        """The models that may answer, in order of preference; None stands for the default one."""
        return self.models or (self.model,)

    @property
    def reasks(self) -> int:
        """How often an answer that does not fit the schema is asked for again."""
        return 0 if self.json_schema is None else self.on_invalid.retries


class Output(Closed):
    """What the run's text is called and how it is put together; without a template it is the last prompt's result."""

    title: Name = DEFAULT_TITLE
    template: Annotated[str, Field(min_length=1, max_length=MAX_PROMPT_CHARS)] | None = None


class Settings(Closed):
    """How jobs of the agent are run. `deadline_s` is seconds from acceptance to the end, whatever happens.

    With `inline_citations` texts name the passages of graphs that they rest on, as [1].
    """

    joiner: Annotated[str, Field(max_length=MAX_JOINER_CHARS)] = "\n"
    fan_out: bool = False
    concurrency: Annotated[int, between(1, MAX_CONCURRENCY)] | None = None
    deadline_s: Annotated[int, between(1, MAX_DEADLINE_S)] = DEFAULT_DEADLINE_S
    max_attempts: Annotated[int, between(1, MAX_ATTEMPTS)] = DEFAULT_ATTEMPTS
    inline_citations: bool = False
    on_worker_loss: Literal["retry", "fail"] = "retry"


class AgentDefinition(Closed):
    """A whole agent. One that exists is consistent: names are unambiguous, references can be filled in order.

    `graphs` are the ids of graphs whose best passages every prompt is given.
    """

    name: Name
    alias: Alias | None = None
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_CHARS)] | None = None
    inputs: Annotated[tuple[Input, ...], Field(max_length=MAX_INPUTS)] = ()
    prompts: Annotated[tuple[Prompt, ...], Field(min_length=1, max_length=MAX_PROMPTS)]
    graphs: Annotated[tuple[GraphId, ...], Field(max_length=MAX_GRAPHS)] = ()
    output: Output = Output()
    settings: Settings = Settings()

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Self:
        refuse(list(faults(self, stored=info.context is STORED)))
        return self

    @cached_property
    def names(self) -> Names:
        """Everything a template of this agent may refer to."""
        inputs = (Reference("input", one.name) for one in self.inputs)
        return Names((*inputs, *(Reference("prompt", one.name) for one in self.prompts)))

    @cached_property
    def prompt_templates(self) -> tuple[tuple[Template, Template], ...]:
        """System text and prompt of each prompt, compiled."""
        return tuple(
            (compile_template(prompt.system or "", self.names), compile_template(prompt.prompt, self.names))
            for prompt in self.prompts
        )

    @cached_property
    def output_template(self) -> Template:
        """How the suggestion is put together."""
        if self.output.template is None:
            return (Reference("prompt", self.prompts[-1].name),)
        return compile_template(self.output.template, self.names)

    @property
    def models(self) -> tuple[str, ...]:
        """The models named by the prompts, each once; the catalog's default is not among them."""
        named = (model for prompt in self.prompts for model in prompt.candidates)
        return tuple(dict.fromkeys(model for model in named if model is not None))

    @property
    def lane_models(self) -> tuple[str, ...]:
        """What a run cannot do without, for whoever bounds that; `default` stands for the model of prompts without one.

        A prompt with several models waits for none of them.
        """
        alone = (prompt.candidates[0] for prompt in self.prompts if len(prompt.candidates) == 1)
        return tuple(dict.fromkeys(model or DEFAULT_MODEL for model in alone))

    @cached_property
    def takes_files(self) -> bool:
        """Whether any input takes files or images."""
        return any(isinstance(one, FileInput | MediaInput) for one in self.inputs)

    @property
    def fan_out_inputs(self) -> tuple[TextInput, ...]:
        """The inputs that may hold several values: fan-out needs exactly one."""
        return tuple(one for one in self.inputs if isinstance(one, TextInput) and one.max_fields > 1)


def digest(definition: AgentDefinition) -> str:
    """A hexadecimal SHA-256 that is equal for equal definitions, whatever they were written in."""
    text = json.dumps(to_data(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def to_data(definition: AgentDefinition) -> Mapping[str, Any]:
    """The definition as plain JSON data in the order of its fields, defaults left out."""
    data: dict[str, Any] = definition.model_dump(mode="json", exclude_defaults=True)
    return data


def to_json(definition: AgentDefinition) -> bytes:
    """The definition as stored and as sent; `from_json` gives back an equal one."""
    return json.dumps(to_data(definition), separators=(",", ":"), ensure_ascii=False).encode()


def from_json(stored: bytes) -> AgentDefinition:
    """A definition that `to_json` printed; for anything a person wrote use `check.check`, which explains."""
    return AgentDefinition.model_validate_json(stored, context=STORED)
