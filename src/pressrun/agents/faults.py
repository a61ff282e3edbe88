"""What a definition's own rules report, in the form pydantic carries: with the place, for a line number later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import AfterValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: where, what and how to mend it, and the value found there.

    `name` says that the fault is in the field's name and not in its value.
    """

    path: Path
    message: str
    value: Any = None
    name: bool = False


def refuse(faults: Sequence[Fault]) -> None:
    """Raise all of them at once, if there are any; pydantic puts the outer path in front of each."""
    if faults:
        _raise(faults)


def between(low: float, high: float) -> AfterValidator:
    """A check that a number is in a closed range, naming both ends in what it says."""

    def check(value: float) -> float:
        if not low <= value <= high:
            raise PydanticCustomError("between", "must be between {low} and {high}", {"low": low, "high": high})
        return value

    return AfterValidator(check)


def _raise(faults: Sequence[Fault]) -> NoReturn:
    raise ValidationError.from_exception_data(
        "definition",
        [
            InitErrorDetails(
                type=PydanticCustomError("rule", "{message}", {"message": fault.message}),
                loc=fault.path,
                input=fault.value,
            )
            for fault in faults
        ],
    )
