"""Probabilities of a streamed answer's tokens, put together again from its pieces."""

from collections.abc import Mapping
from typing import Any

FIELDS = ("content", "refusal")


class Logprobs:
    """What the pieces of one answer tell; a provider that tells none costs nothing."""

    def __init__(self) -> None:
        self._told: dict[str, list[Any]] = {}

    def take(self, piece: Mapping[str, Any] | None) -> None:
        """Add what one piece tells."""
        for name in FIELDS if piece else ():
            tokens = piece.get(name) if piece else None
            if isinstance(tokens, list):
                self._told.setdefault(name, []).extend(tokens)

    def whole(self) -> dict[str, Any] | None:
        """Everything in order; None when nothing was told."""
        return {name: self._told.get(name) for name in FIELDS} if self._told else None
