"""Marks in an answer, such as [2], that name the passages its statements come from."""

import re
from collections.abc import Sequence

from pressrun.knowledge.words import EMPTY

_MARK = re.compile(r"[ \t]*\[(\d{1,3})\]")
_MARKS = re.compile(r"[ \t]*\[(\d{1,3}(?:\s*,\s*\d{1,3})+)\]")
_END = re.compile(r"[.!?](?:[ \t]*\[\d{1,3}\])*(?:\s+(?=[^\s\[])|\s*$)")
_LINE = re.compile(r"\n+")

LEAST_SHARED = 0.5
"""The share of a sentence's words that a passage must hold to be named as where it comes from."""


class Citer:
    """Sentences in, sentences with their marks out; `cited` gathers the numbers of the passages that were named.

    Marks that the model set stay where there is such a passage. A sentence without any gets that of the passage which
    holds most of its words, if it holds half of them.
    """

    def __init__(self, passages: Sequence[str]) -> None:
        self._words = [frozenset(_stems(text)) for text in passages]
        self._waiting = ""
        self.cited: list[int] = []

    def feed(self, piece: str) -> str:
        """Take some more of the answer; the sentences that are whole by now."""
        self._waiting += piece
        ready: list[str] = []
        while True:
            match = _END.search(self._waiting) or _LINE.search(self._waiting)
            if match is None or match.end() == len(self._waiting):
                return "".join(ready)
            ready.append(self._marked(self._waiting[: match.end()]))
            self._waiting = self._waiting[match.end() :]

    def finish(self) -> str:
        """The rest of the answer."""
        rest, self._waiting = self._waiting, ""
        return self._marked(rest) if rest else ""

    def _marked(self, sentence: str) -> str:
        sentence = _MARKS.sub(lambda found: "".join(f"[{one.strip()}]" for one in found[1].split(",")), sentence)
        numbers = [int(one) for one in _MARK.findall(sentence) if 0 < int(one) <= len(self._words)]
        bare = _MARK.sub("", sentence)
        if not numbers:
            likely = self._likely(bare)
            numbers = [] if likely is None else [likely]
        self.cited.extend(one for one in numbers if one not in self.cited)
        marks = "".join(f" [{one}]" for one in dict.fromkeys(numbers))
        text = bare.rstrip()
        end = bare[len(text) :]
        if text and text[-1] in ".!?" and marks:
            return f"{text[:-1]}{marks}{text[-1]}{end}"
        return f"{text}{marks}{end}"

    def _likely(self, sentence: str) -> int | None:
        wanted = frozenset(_stems(sentence))
        if len(wanted) < 2:
            return None
        shared = [len(wanted & words) for words in self._words]
        best = max(range(len(shared)), key=lambda place: (shared[place], -place), default=None)
        if best is None or shared[best] < len(wanted) * LEAST_SHARED:
            return None
        return best + 1


def without_marks(text: str) -> str:
    """The text without any marks."""
    return _MARK.sub("", _MARKS.sub("", text))


def _stems(text: str) -> list[str]:
    """Words without their ends, enough to tell that two texts speak of the same."""
    return [word[:6] for word in re.findall(r"[^\W_]{2,}", text.lower()) if word not in EMPTY]
