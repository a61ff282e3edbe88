"""Text that a spreadsheet would take for a formula, made text (OWASP, "CSV injection")."""

import re

DANGEROUS = "=+-@\t\r\n＝＋－＠"
"""What a formula, or a command, can begin with; full-width signs are read like the narrow ones."""

_FIRST = frozenset(DANGEROUS + "\0")  # spreadsheets pass over a NUL and read on
_PLAIN_NUMBER = re.compile(r"[+-](?:[0-9]+(?:[.,][0-9]+)*|[.,][0-9]+)")


def formula_safe(text: str) -> str:
    """The text behind an apostrophe if it could be a formula; a signed number is none."""
    if not text or text[0] not in _FIRST or _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}"
