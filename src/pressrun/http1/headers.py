"""The header fields of an answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


class Headers(Mapping[str, str]):
    """Fields by name in any case; of several with one name the first, and all by `every`."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self._fields: dict[str, list[str]] = {}
        for name, value in fields:
            self._fields.setdefault(name.lower().decode("latin-1"), []).append(value.decode("latin-1"))

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][0]

    def get(self, name: str, default: Any = None) -> Any:
        """As a mapping's, without the exception that it makes of every absent field."""
        found = self._fields.get(name.lower())
        return default if found is None else found[0]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def every(self, name: str) -> list[str]:
        """The members of a comma-separated field, of all fields of that name, in lower case and in order."""
        joined = ",".join(self._fields.get(name, ()))
        return [member for each in joined.lower().split(",") if (member := each.strip())]
