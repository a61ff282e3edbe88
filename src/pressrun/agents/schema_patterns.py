"""The regular expressions of a JSON schema: how many there are, and those written as Python's in the engine's words."""

import re
from collections.abc import Mapping
from typing import Any

DATA = {"const", "default", "enum", "examples"}
"""Keywords whose values are no schemas."""

_PYTHONS = re.compile(
    r"(?P<kept>\\[^AZ]|\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<start>\\A)|(?P<end>\\Z)|(?P<name>\(\?P<)|(?P<comment>\(\?\#[^)]*\))"
    r"|(?P<most>\{,(?=\d+\}))|(?P<brace>\{(?!\d+(?:,\d*)?\}))",
    re.DOTALL,
)
_ENGINES = {"start": "^", "end": "$", "name": "(?<", "comment": "", "most": "{0,", "brace": r"\{"}


def count_patterns(part: Any) -> int:
    """How many patterns a schema holds, or a few more."""
    if isinstance(part, list):
        return sum(count_patterns(one) for one in part)
    if not isinstance(part, Mapping):
        return 0
    named = part.get("patternProperties")
    own = isinstance(part.get("pattern"), str) + (len(named) if isinstance(named, Mapping) else 0)
    return own + sum(count_patterns(one) for one in part.values())


def translated(part: Any) -> Any:
    r"""A schema whose patterns have no words of Python's alone, as `\Z` and `(?P<name>`: these used to be accepted."""
    if isinstance(part, list):
        return [translated(one) for one in part]
    if not isinstance(part, Mapping):
        return part
    found = {name: value if name in DATA else translated(value) for name, value in part.items()}
    if isinstance(found.get("pattern"), str):
        found["pattern"] = _in_engines_words(found["pattern"])
    if isinstance(found.get("patternProperties"), dict):
        found["patternProperties"] = {_in_engines_words(name): one for name, one in found["patternProperties"].items()}
    return found


def _in_engines_words(pattern: str) -> str:
    return _PYTHONS.sub(lambda match: _ENGINES.get(match.lastgroup or "", match[0]), pattern)
