"""How much of the files' texts the models of an agent's prompts can read: what does not fit is left out, and said."""

from collections.abc import Mapping
from dataclasses import dataclass

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.references import Reference
from pressrun.models.token_estimate import LIKELY_ANSWER, MESSAGE_TOKENS, estimated_tokens

DEFAULT_CONTEXT = 32_000
"""Tokens that a model is taken to read where nothing is known of it."""

SPARE = 0.85
"""Of the room that is left, for estimates that are too low."""

LEAST_TOKENS = 200
"""What a file gets at least, however long the rest of the prompt is: the model then says no by itself."""


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a file, by the name of the file."""

    name: str
    text: str


def fitted(
    definition: AgentDefinition,
    texts: Mapping[str, tuple[FileText, ...]],
    others: Mapping[str, str],
    contexts: Mapping[str | None, int],
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The texts of each file input, cut where they are too long for a model, and a note on each cut.

    `others` are the texts of the other inputs, `contexts` the tokens that models read (prompt and answer together). An
    input that several prompts refer to is cut for the one with the least room; files of one prompt share its room.
    """
    sizes = {name: sum(estimated_tokens(one.text) for one in each) for name, each in texts.items()}
    shares = dict.fromkeys(texts, 1.0)
    for index, prompt in enumerate(definition.prompts):
        system, user = definition.prompt_templates[index]
        pieces = [*system, *user]
        asked = {piece.name for piece in pieces if isinstance(piece, Reference) and piece.name in texts}
        wanted = sum(sizes[piece.name] for piece in pieces if isinstance(piece, Reference) and piece.name in texts)
        if not wanted:
            continue
        rest = sum(_tokens(piece, others) for piece in pieces) + 2 * MESSAGE_TOKENS
        context = min(contexts.get(model, DEFAULT_CONTEXT) for model in prompt.candidates)
        answer = min(prompt.max_tokens or LIKELY_ANSWER, context // 2)
        room = max(LEAST_TOKENS, int((context - answer - rest) * SPARE))
        for name in asked:
            shares[name] = min(shares[name], room / wanted)
    notes: list[str] = []
    return {name: tuple(_cut(one, shares[name], notes) for one in each) for name, each in texts.items()}, notes


def _tokens(piece: str | Reference, others: Mapping[str, str]) -> int:
    if isinstance(piece, str):
        return estimated_tokens(piece)
    if piece.kind == "prompt":
        return LIKELY_ANSWER
    return estimated_tokens(others.get(piece.name, ""))


def _cut(one: FileText, share: float, notes: list[str]) -> str:
    if share >= 1:
        return one.text
    kept = one.text[: int(len(one.text) * share)]
    kept = kept[: max(kept.rfind(" "), kept.rfind("\n"), len(kept) - 100)].rstrip()
    words, of = len(kept.split()), len(one.text.split())
    notes.append(f"{one.name}: the first {words:,} of {of:,} words were given to the model, which reads no more")
    return f"{kept}\n[the rest of {one.name} is left out]"
