"""Files of rows as they are sent, and result files as they come back: a column of nonces, a column of places."""

import csv
import io
import json
from collections.abc import Sequence

NONCE, PLACE = "Nonce", "Place"
NOTE = 'a "note", with\na line of its own'
"""A column that is no input: it must come back as it was."""

LONGEST_CELL = 2**30


def as_csv(nonces: Sequence[str]) -> bytes:
    """The rows as CSV."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([PLACE, NONCE, "Note"])
    writer.writerows([number, nonce, NOTE] for number, nonce in enumerate(nonces, 1))
    return text.getvalue().encode()


def as_jsonl(nonces: Sequence[str]) -> bytes:
    """The rows as JSON lines."""
    rows = ({PLACE: str(number), NONCE: nonce, "Note": NOTE} for number, nonce in enumerate(nonces, 1))
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


KINDS = {"text/csv": as_csv, "application/x-ndjson": as_jsonl}
"""How rows are written, by their media type."""


def read_csv(content: bytes) -> list[dict[str, str]]:
    """The lines of a result file by the names of its columns, however long a cell is."""
    before = csv.field_size_limit(
        LONGEST_CELL
    )  # of the whole process: what else reads CSV there has a limit of its own
    try:
        return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    finally:
        csv.field_size_limit(before)


def read_jsonl(content: bytes) -> list[dict[str, object]]:
    """The same of JSON lines."""
    return [json.loads(line) for line in content.split(b"\n") if line]
