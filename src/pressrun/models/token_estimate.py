"""How many tokens a text will probably be: an estimate, as every model counts with a vocabulary of its own.

Within a factor of two of what models count for prose, product data, code and JSON in English, and for other scripts
(tests/models/test_token_estimate.py has the figures); a little high for English.
"""

import re
from functools import lru_cache

from pressrun.models.provider import Question

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts that write without spaces."""
_WORD = re.compile("[A-Za-z\u00c0-\u024f]+")
_RUN = re.compile(f"[{_UNSPACED}]+")
_PIECE = re.compile(
    rf"{_WORD.pattern}|\d+|[\r\n]+|[^\S\r\n]{{2,}}|{_RUN.pattern}|(?:(?![{_UNSPACED}])[^\W\d_])+|[^\w\s]|_"
)
_MOST_REMEMBERED = 50_000

LIKELY_ANSWER = 1000
"""Tokens of an answer without `max_tokens`, for reservations."""

IMAGE_TOKENS = 1000
"""What providers count for a picture of middling size: from a hundred to some thousands."""

MESSAGE_TOKENS = 6
"""What a provider adds for the frame of each message."""

BYTES_PER_TOKEN = 1
"""The least: every token stands for a byte of the text or more, in whatever vocabulary."""


class _Remembered(dict[str, int]):
    """Tokens by piece: texts are made of the same words over and over."""

    def __missing__(self, piece: str) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        tokens = self[piece] = _tokens(piece)
        return tokens


_remembered = _Remembered()


def estimated_tokens(text: str) -> int:
    """How many tokens the text probably is."""
    return sum(map(_remembered.__getitem__, _PIECE.findall(text)))


@lru_cache(maxsize=4096)
def estimated_tokens_of_literal(text: str) -> int:
    """The same, remembered: for the texts of templates, which are asked about for every row."""
    return estimated_tokens(text)


def likely_tokens(question: Question) -> int:
    """What a call will probably take at most: its prompt by estimate, its answer as long as it may be."""
    sent = sum(
        estimated_tokens(message.text) + IMAGE_TOKENS * len(message.images) + MESSAGE_TOKENS
        for message in question.messages
    )
    if question.tools:
        sent += estimated_tokens(str(question.tools))
    return sent + (question.max_tokens or LIKELY_ANSWER)


def most_tokens(text: str) -> int:
    """A number of tokens that the text never exceeds."""
    return len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN


def _tokens(piece: str) -> int:
    length = len(piece)
    if _WORD.match(piece):
        return 1 if length <= 7 else 1 + (length - 4) // 5 + (0 if piece.isascii() else 1)
    if piece[0].isspace():
        return 1
    if _RUN.match(piece):
        return (length * 5 + 3) // 4
    if piece[0].isalnum():
        return (length + 1) // 2
    return 1 if piece.isascii() else 2
