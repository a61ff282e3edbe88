"""How the bytes of a text file are letters: by its byte order mark, as UTF-8, or by the look of its beginning.

What does not decode becomes a lone surrogate, and whoever reads the rows refuses those: no letter is ever guessed.
"""

import codecs
from dataclasses import dataclass

from pressrun.errors import Code, PressrunError

BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

CANDIDATES = (
    "windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
    "windows-1257", "windows-1258", "koi8-r", "koi8-u", "mac-roman", "cp932", "euc-jp", "gb18030", "big5", "cp949",
)  # fmt: skip
"""What spreadsheets write that is not Unicode. The detector's full list takes English with two quotation marks for the
Latin 2 of old Macintoshes."""

SAMPLE_BYTES = 64 * 1024
_MANY_NULS = 0.2


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python by name; `bom` is the mark the file begins with, which is no text."""

    name: str
    bom: bytes = b""


def find_encoding(head: bytes, said: str | None = None) -> Encoding:
    """The encoding of a file that begins with `head`; a byte order mark goes before what is `said`."""
    for bom, name in BOMS:
        if head.startswith(bom):
            return Encoding(name, bom)
    if said is not None:
        return Encoding({"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(said, said))
    if b"\0" in head:
        return Encoding(_wide(head) or "utf-8")
    return Encoding("utf-8" if _is_utf8(head) else _legacy(head))


class Decoder:
    """Bytes to text, piece by piece."""

    def __init__(self, encoding: Encoding) -> None:
        self._name = encoding.name
        wide = encoding.name.startswith(("utf-16", "utf-32"))
        self._decoder = codecs.getincrementaldecoder(encoding.name)("surrogatepass" if wide else "surrogateescape")

    def decode(self, piece: bytes, *, final: bool) -> str:
        """The text of a piece; raises PressrunError (invalid) when nothing can be made of it."""
        try:
            return self._decoder.decode(piece, final)
        except UnicodeError as error:
            raise PressrunError(
                Code.INVALID,
                f"the file is no valid {self._name} ({error}): save it as UTF-8, or say its encoding",
            ) from None


def _wide(head: bytes) -> str | None:
    """UTF-16 without its mark: every second byte of plain text is a NUL."""
    pairs = max(1, len(head) // 2)
    if head[1::2].count(0) > pairs * _MANY_NULS:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > pairs * _MANY_NULS else None


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True


def _legacy(head: bytes) -> str:
    import chardet  # noqa: PLC0415 - slow to import, and few files need it

    sample = b"\n".join(line for line in head.splitlines() if not line.isascii())[:SAMPLE_BYTES]
    found = chardet.detect(sample, include_encodings=CANDIDATES, prefer_superset=True)["encoding"] or "windows-1252"
    name = codecs.lookup(found).name
    # Few letters fit several code pages alike; then the most common one is meant.
    if sample.decode(name, "surrogateescape") == sample.decode("windows-1252", "surrogateescape"):
        return "windows-1252"
    return {"cp1252": "windows-1252"}.get(name, name)
