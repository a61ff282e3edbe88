"""S-16: a name is only ever shown, and says less about a file than its bytes."""

import pytest

from pressrun.errors import PressrunError
from pressrun.knowledge.blobs import checked, new_key
from pressrun.knowledge.kinds import KINDS, kind_of
from pressrun.knowledge.names import LONGEST_NAME, extension_of, plain_name

HEADS = {
    "pdf": b"%PDF-1.7\n", "docx": b"PK\x03\x04", "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "jpg": b"\xff\xd8\xff\xe0",
    "png": b"\x89PNG\r\n\x1a\n", "gif": b"GIF89a", "webp": b"RIFF\0\0\0\0WEBP", "mp3": b"ID3\x04",
    "mp4": b"\0\0\0\x18ftypmp42", "txt": b"text",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("/etc/shadow.md", "shadow.md"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
        ("a\x00b.txt", "ab.txt"),
        ("a\r\nSet-Cookie: x.txt", "aSet-Cookie: x.txt"),
        ("CON", "CON"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("  two   blanks .txt ", "two blanks .txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ("x" * 400 + ".pdf", "x" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_s16_names_are_made_harmless(given: str, name: str) -> None:
    assert plain_name(given) == name


@pytest.mark.parametrize("nothing", ["", "   ", "a/", "..", "\u202e", "\x00"])
def test_s16_a_file_has_a_name(nothing: str) -> None:
    with pytest.raises(PressrunError, match="no name"):
        plain_name(nothing)


@pytest.mark.parametrize(
    ("name", "head", "media_type", "extension"),
    [
        ("report.PDF", HEADS["pdf"], "text/plain", "pdf"),  # what Writer's Python client says of every file
        ("photo.jpeg", HEADS["jpg"], "", "jpg"),
        ("report", HEADS["pdf"], "text/plain", "pdf"),
        ("photo.bin", HEADS["png"], "application/octet-stream", "png"),
        ("notes", b"Some text", "text/plain; charset=utf-8", "txt"),
        ("page", b"<p>Hello", "text/html", "html"),
        ("wide.txt", "Wörter".encode("utf-16"), "", "txt"),
    ],
)
def test_kinds_by_name_then_bytes_then_header(name: str, head: bytes, media_type: str, extension: str) -> None:
    assert kind_of(extension_of(name), head, media_type).extension == extension


@pytest.mark.parametrize("extension", sorted(KINDS))
def test_bytes_that_are_not_what_the_name_says(extension: str) -> None:
    wrong = b"MZ\x90\x00" + bytes(range(200))
    with pytest.raises(PressrunError, match="does not begin like one"):
        kind_of(extension, wrong, KINDS[extension].media_type)


@pytest.mark.parametrize(
    ("extension", "head", "message"),
    [
        ("exe", b"MZ\x90\x00", ".exe files are not taken"),
        ("", b"\x00\x01", "cannot be told"),
        ("exe", b"text", ".exe files are not taken"),
        ("txt", b"", "is empty"),
    ],
)
def test_kinds_that_are_not_taken(extension: str, head: bytes, message: str) -> None:
    with pytest.raises(PressrunError, match=message):
        kind_of(extension, head, "text/plain" if not extension else "")


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "a//b", "a/.hidden", "", "a\x00b", "a b"])
def test_s16_a_key_leads_nowhere_else(key: str) -> None:
    with pytest.raises(ValueError, match="not the key"):
        checked(key)


def test_keys_are_new_and_plain() -> None:
    keys = {new_key("../o rg") for _ in range(100)}
    assert len(keys) == 100
    assert all(checked(key).startswith("___o_rg/") for key in keys)
