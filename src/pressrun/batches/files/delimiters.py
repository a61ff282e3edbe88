"""What stands between the cells of a CSV file: the sign under which its first rows are most alike."""

import csv
import io
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pressrun.agents.names import fold
from pressrun.batches.files.formats import DELIMITERS

LOOKED_AT_ROWS = 200
_SAID = re.compile(r"sep=([,;\t|])\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How cells are told apart. `skips_space`: a blank after the delimiter is no text. `head_lines` hold no row."""

    delimiter: str = ","
    skips_space: bool = False
    head_lines: int = 0


def find_dialect(sample: str, said: str | None = None, names: Collection[str] = (), *, whole: bool = False) -> Dialect:
    """The dialect of a file that begins with `sample`; `names` are columns that may be expected in its header.

    `whole` says that the sample is all there is. `sep=;` in the first line, which Excel writes and reads, is obeyed.
    """
    first = _SAID.match(sample)
    if first is not None:
        delimiter, body = said or first[1], sample[first.end() :]
    else:
        body = sample
        expected = {fold(name) for name in names}
        scores = {sign: _score(body, sign, expected, whole=whole) for sign in DELIMITERS.values()}
        delimiter = said or max(scores, key=lambda sign: scores[sign])
    return Dialect(delimiter, f'{delimiter} "' in body, 0 if first is None else 1)


def _score(sample: str, sign: str, expected: Collection[str], *, whole: bool) -> tuple[float, ...]:
    """Higher is better: expected names in the header, then rows as long as it, then its length."""
    rows = _first_rows(sample, sign, whole=whole)
    if not rows:
        return (0, 0, 0, 0)
    width = len(rows[0])
    alike = sum(len(row) == width for row in rows) / len(rows)
    known = sum(fold(cell.strip()) in expected for cell in rows[0])
    words = sum(1 for row in rows for cell in row if not cell.startswith(" ")) / sum(map(len, rows))
    # One column fits every sign: as good as several only where these do not fit.
    return (known, alike if width > 1 else alike / 2, min(width, 50), words)


def _first_rows(sample: str, sign: str, *, whole: bool) -> Sequence[list[str]]:
    rows = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=sign, skipinitialspace=f'{sign} "' in sample):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > LOOKED_AT_ROWS:
                break
    except csv.Error:
        pass
    return rows if whole or len(rows) < 2 or len(rows) > LOOKED_AT_ROWS else rows[:-1]  # the last one may be cut
