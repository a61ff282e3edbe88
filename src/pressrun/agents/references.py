"""References in prompts and templates: `@Name`, `@{Name}` and `{{Name}}`.

A template is compiled once and filled in one pass: a filled-in value is never looked at again, whatever it holds.

After a bare `@` the longest known name wins; exact spelling first, then ignoring case, spaces and underscores, so that
`@TextInput` finds "Text input". The name must end where the word ends: `@Tone` is not found inside `@Tones`. Scripts
that write without spaces need no such end. An `@` inside a word, as in an e-mail address, is just an `@`.
What names nothing known stays in the text as it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pressrun.agents.names import MAX_NAME_CHARS, fold

# Thai and Lao, Myanmar, Hangul, Khmer, kana and Han: words follow one another without a space.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u2e80-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
WORD_BEGINS = rf"(?<!{LETTER})"
BRACED = rf"[^{{}}\n]{{1,{2 * MAX_NAME_CHARS}}}"
_START = re.compile(rf"@\{{(?P<at>{BRACED})\}}|\{{\{{(?P<braces>{BRACED})\}}\}}|{WORD_BEGINS}@")
_WORD_GOES_ON = re.compile(rf"(?<={LETTER})_*{LETTER}")


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where the text of an input or the result of a prompt stands."""

    kind: Literal["input", "prompt"]
    name: str


Template = tuple[str | Reference, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A reference and where it stands; `exact` when it was spelled as the name is after a bare `@`."""

    start: int
    end: int
    reference: Reference
    exact: bool = False


@dataclass(slots=True)
class _Node:
    """A letter in the tree of all names: what may follow it, and the name that ends with it."""

    next: "dict[str, _Node]"
    ends: Reference | None = None


@dataclass(frozen=True)
class Names:
    """Everything a template may refer to; no two are equal when folded."""

    known: tuple[Reference, ...]

    @cached_property
    def by_fold(self) -> Mapping[str, Reference]:
        """The names as `fold` leaves them."""
        return {fold(reference.name): reference for reference in self.known}

    def exactly(self, text: str, start: int) -> Found | None:
        """The longest name that stands at `start` as it is spelled."""
        node, best = self._exact, None
        for index in range(start, len(text)):
            following = node.next.get(text[index])
            if following is None:
                break
            node = following
            if node.ends and not _WORD_GOES_ON.match(text, index + 1):
                best = Found(start, index + 1, node.ends, exact=True)
        return best

    def loosely(self, text: str, start: int) -> Found | None:
        """The longest name that stands at `start`, whatever its case, spaces and underscores."""
        node, best = self._loose, None
        for index in range(start, len(text)):
            if text[index] in " _":
                if index == start:
                    break
                continue
            following = _walk(node, text[index].casefold())
            if following is None:
                break
            node = following
            if node.ends and not _WORD_GOES_ON.match(text, index + 1):
                best = Found(start, index + 1, node.ends)
        return best

    # Trees: a long text full of `@` against a list of names would keep the server busy for seconds.
    @cached_property
    def _exact(self) -> _Node:
        return _tree({reference.name: reference for reference in self.known})

    @cached_property
    def _loose(self) -> _Node:
        return _tree(self.by_fold)


def compile_template(text: str, names: Names) -> Template:
    """The text cut into literal pieces and references."""
    template: list[str | Reference] = []
    end = 0
    for one in found(text, names):
        if one.start > end:
            template.append(text[end : one.start])
        template.append(one.reference)
        end = one.end
    if end < len(text):
        template.append(text[end:])
    return tuple(template)


def found(text: str, names: Names) -> Iterator[Found]:
    """Every reference in the text, in order."""
    position = 0
    while match := _START.search(text, position):
        one = _at(text, match, names)
        position = one.end if one else match.start() + 1
        if one:
            yield one


def fill(template: Template, texts: Mapping[str, str]) -> str:
    """The template's text with every reference replaced; a name without a text is an absent optional input."""
    return "".join(piece if isinstance(piece, str) else texts.get(piece.name, "") for piece in template)


def filled_chars(template: Template, texts: Mapping[str, str]) -> int:
    """How long `fill` would come out, in characters, without building it."""
    return sum(len(piece if isinstance(piece, str) else texts.get(piece.name, "")) for piece in template)


def _at(text: str, match: re.Match[str], names: Names) -> Found | None:
    if match.lastgroup:
        reference = names.by_fold.get(fold(match[match.lastgroup].strip()))
        return Found(match.start(), match.end(), reference) if reference else None
    after = match.end()
    bare = names.exactly(text, after) or names.loosely(text, after)
    return Found(match.start(), bare.end, bare.reference, bare.exact) if bare else None


def _tree(words: Mapping[str, Reference]) -> _Node:
    root = _Node({})
    for word, reference in words.items():
        node = root
        for letter in word:
            node = node.next.setdefault(letter, _Node({}))
        node.ends = reference
    return root


def _walk(node: _Node, letters: str) -> _Node | None:
    for letter in letters:
        following = node.next.get(letter)
        if following is None:
            return None
        node = following
    return node
