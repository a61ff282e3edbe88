"""What a check finds."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: `fix` says what to do, and is empty when nothing is to be done."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    fix: str = ""
