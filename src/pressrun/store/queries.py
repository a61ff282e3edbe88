"""Named queries: read from `sql/*.sql` (said once) and `sql/<dialect>/*.sql` (what differs)."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from pressrun.store.store import Dialect

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
# A parameter is `:name`, but not the second half of a `::cast` and not inside a quoted string.
PARAMETER = re.compile(r"'[^']*'|(?<![:\w]):([a-z_][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Query:
    """One named query: its SQL as written, the sentence above it, and the file it stands in."""

    name: str
    sql: str
    sentence: str
    file: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its parameters, each once, in order of first use; `now` is the store's own."""
        found = (match.group(1) for match in PARAMETER.finditer(self.sql))
        return tuple(dict.fromkeys(name for name in found if name))

    def numbered(self, clock: str | None) -> tuple[str, tuple[str, ...]]:
        """The SQL with `$1, $2 …` for PostgreSQL, and the parameter each number stands for.

        `clock` is the SQL that tells the time; None binds `now` like any other parameter.
        """
        names = tuple(name for name in self.parameters if clock is None or name != "now")

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name is None:
                return match.group(0)
            if name == "now":
                return clock or f"CAST(${names.index(name) + 1} AS bigint)"
            return f"${names.index(name) + 1}"

        return PARAMETER.sub(replace, self.sql), names


def parse(text: str, file: str) -> dict[str, Query]:
    """The queries of one file; raises ValueError for a query without a sentence or a name used twice."""
    pieces = NAME.split(text)[1:]
    found: dict[str, Query] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        lines = body.strip().splitlines()
        comments = [line[2:].strip() for line in lines if line.startswith("--")]
        sql = "\n".join(line for line in lines if not line.startswith("--")).strip()
        if not comments or not sql or name in found:
            raise ValueError(f"{file}: query {name!r} needs a sentence, SQL, and a name of its own")
        found[name] = Query(name, sql, " ".join(comments), file)
    return found


@cache
def queries(dialect: Dialect) -> dict[str, Query]:
    """Every query of a dialect by name; raises ValueError when a name is defined twice."""
    root = files("pressrun.store") / "sql"
    found: dict[str, Query] = {}
    for folder in (root, root / dialect):
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
            for name, query in parse_file(entry).items():
                if name in found:
                    raise ValueError(f"query {name!r} stands in {found[name].file} and in {query.file}")
                found[name] = query
    return found


def parse_file(entry: Traversable) -> dict[str, Query]:
    """The queries of a file; nothing for a folder."""
    return parse(entry.read_text("utf-8"), entry.name) if entry.name.endswith(".sql") else {}
