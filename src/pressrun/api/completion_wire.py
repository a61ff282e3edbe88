"""Completions as JSON, again for both: Writer's streams have `value`, OpenAI's `choices`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.api.chat_wire import JSON, logprobs, usage_of
from pressrun.chat.conversation import Ended, Heard, Told
from pressrun.models.provider import Usage


@dataclass(frozen=True, slots=True)
class CompletionWire:
    """A completion; `created` is seconds since the epoch, `model` the catalog's name of the model."""

    id: str
    created: int
    model: str

    def whole(self, answers: Sequence[Ended]) -> JSON:
        """See Wire.whole."""
        choices = [
            {**_choice(number, one.text, one.finish_reason), "log_probs": logprobs(one.logprobs)}
            for number, one in enumerate(answers)
        ]
        total = sum((one.usage for one in answers), Usage())
        return {**self._frame(), "choices": choices, "usage": usage_of(total)}

    def opening(self, _number: int) -> None:
        """See Wire.opening."""

    def pieces(self, number: int, told: Told) -> Iterator[JSON]:
        """See Wire.pieces."""
        if isinstance(told, Heard):
            yield {"value": told.text, **self._frame(), "choices": [_choice(number, told.text, None)]}
        if isinstance(told, Ended):
            yield {"value": "", **self._frame(), "choices": [_choice(number, "", told.finish_reason)]}

    def closing(self, usage: Usage) -> JSON:
        """See Wire.closing."""
        return {"value": "", **self._frame(), "choices": [], "usage": usage_of(usage)}

    def _frame(self) -> JSON:
        return {"id": self.id, "object": "text_completion", "created": self.created, "model": self.model}


def _choice(number: int, text: str, finish_reason: str | None) -> dict[str, Any]:
    return {"text": text, "index": number, "logprobs": None, "finish_reason": finish_reason}
