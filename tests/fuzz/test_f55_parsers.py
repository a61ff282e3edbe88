"""F55: whatever bytes a stranger sends, our parsers say no in the way their callers expect, and mean one thing.

A few hundred mutations of what each reads. `python -m tests.fuzz NAME` goes on for as long as wanted, led by coverage.
"""

import random

import pytest

from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

MUTATIONS = {"rows": 30, "heads": 60}
USUALLY = 200
SPLICES = (
    b"\r\n", b"\n", b"\r", b"\0", b'"', b"''", b",", b";", b":", b"{", b"[", b"}", b"\\", b"%ff", b"\xff",
    b"\xef\xbb\xbf", b"0", b"9" * 30, b"-", b"1e999", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b" ",
    b"\xed\xa0\x80", b"data: ", b"=?utf-8?q?a?=", b"*0*=", b"&a;", b"<", b"\t",
)  # fmt: skip


def mutated(seed: bytes, draw: random.Random) -> bytes:
    """One to four changes: a byte, a piece left out, said twice, put elsewhere, or something that matters put in."""
    raw = bytearray(seed)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(raw) + 1)
        until = min(len(raw), at + draw.choice((1, 1, 2, 4, 8, 16)))
        match draw.randrange(5):
            case 0:
                raw[at:until] = bytes(draw.randrange(256) for _ in range(until - at))
            case 1:
                del raw[at:until]
            case 2:
                raw[at:at] = raw[at:until]
            case 3:
                piece = bytes(raw[at:until])
                del raw[at:until]
                place = draw.randrange(len(raw) + 1)
                raw[place:place] = piece
            case _:
                raw[at:at] = draw.choice(SPLICES)
    return bytes(raw)


@pytest.mark.parametrize("name", TARGETS)
def test_f55_seeds_and_what_once_went_wrong(name: str) -> None:
    for seed in (b"", *SEEDS[name]):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
def test_f55_mutations(name: str) -> None:
    draw = random.Random(name)
    for number in range(MUTATIONS.get(name, USUALLY)):
        raw = mutated(draw.choice(SEEDS[name]), draw)
        try:
            TARGETS[name](raw)
        except Exception as error:
            raise AssertionError(f"number {number}, put it into seeds.py: {raw!r}") from error
