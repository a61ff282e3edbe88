"""How long inputs and results begin, for lists; read from the first bytes of their JSON, which may end anywhere."""

import json
import re

import msgspec

LONGEST = 200
"""Characters of a text that a list shows."""

_STRING = rb'"((?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)'
_INPUT = re.compile(_STRING + rb'":\[' + _STRING)
_SUGGESTION = re.compile(rb'"suggestion":' + _STRING)


def inputs_excerpt(begin: bytes | None) -> dict[str, str]:
    """The beginning of each input's value by its name; of inputs that are cut off the first value, if it is there."""
    if begin is None:
        return {}
    try:
        values = msgspec.json.decode(begin, type=dict[str, list[str]])
    except msgspec.DecodeError:
        return {_text(name): shortened(_text(value)) for name, value in _INPUT.findall(begin)}
    return {name: shortened(", ".join(value)) for name, value in values.items()}


def output_excerpt(begin: bytes | None) -> str | None:
    """The beginning of a result's text; None while there is none."""
    found = None if begin is None else _SUGGESTION.search(begin)
    return None if found is None else shortened(_text(found[1]))


def shortened(text: str) -> str:
    """At most LONGEST characters of a text; an ellipsis stands for the rest."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _text(inside: bytes) -> str:
    """What stands between the quotes of a JSON string; the last character may be cut in two."""
    return str(json.loads(f'"{inside.decode("utf-8", "ignore")}"'))
