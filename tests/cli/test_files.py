"""`pressrun files`, against a real server."""

import json
from pathlib import Path

from tests.cli.conftest import Pressrun


def test_a_file_there_and_back(pressrun: Pressrun, tmp_path: Path) -> None:
    """Uploaded, looked at, downloaded beside another of its name, deleted."""
    (tmp_path / "my notes.txt").write_text("Three plain words")
    sent = pressrun("files", "upload", "my notes.txt", "--wait")
    assert sent.exit_code == 0, sent.stderr
    file_id = sent.stdout.strip()
    shown = pressrun("files", "show", file_id).stdout
    assert "my notes.txt" in shown
    assert "3 words" in shown
    listed = json.loads(pressrun("files", "list", "--name", "NOTES", "--types", "txt,pdf", "--json").stdout)
    assert [one["id"] for one in listed["data"]] == [file_id]
    assert file_id in pressrun("files", "list").stdout
    assert pressrun("files", "download", file_id).stdout == "my notes (2).txt\n"
    assert (tmp_path / "my notes (2).txt").read_text() == "Three plain words"
    assert pressrun("files", "download", file_id, "-o", "-").stdout == "Three plain words"
    refused = pressrun("files", "delete", file_id)
    assert (refused.exit_code, "--yes" in refused.stderr) == (2, True)
    assert pressrun("files", "delete", file_id, "--yes").stdout == "Deleted 1 file.\n"
    gone = pressrun("files", "show", file_id)
    assert (gone.exit_code, "no file" in gone.stderr) == (1, True)


def test_a_file_that_cannot_be_taken_in(pressrun: Pressrun, tmp_path: Path) -> None:
    """The reason is said, and it can be tried again."""
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    sent = pressrun("files", "upload", "old.doc", "--wait", "--json")
    assert sent.exit_code == 1
    assert "save it as .docx" in sent.stderr
    (file,) = json.loads(sent.stdout)["data"]
    assert "not_supported" in pressrun("files", "show", file["id"]).stdout
    retried = pressrun("files", "retry", file["id"], "nobody's").stdout
    assert retried == "1 of 2 had failed and are taken in again.\n"
    pressrun("files", "delete", file["id"], "--yes")


def test_what_is_no_file_is_wrong_usage(pressrun: Pressrun, tmp_path: Path) -> None:
    """Nothing is sent before all of them are there; what the server refuses is told in its words."""
    (tmp_path / "there.exe").write_bytes(b"MZ")
    missing = pressrun("files", "upload", "there.exe", "missing.txt")
    assert (missing.exit_code, "missing.txt" in missing.stderr) == (2, True)
    folder = pressrun("files", "upload", str(tmp_path))
    assert (folder.exit_code, "it is a folder" in folder.stderr) == (2, True)
    refused = pressrun("files", "upload", "there.exe")
    assert (refused.exit_code, "there.exe: " in refused.stderr and ".exe files are not taken" in refused.stderr) == (
        1,
        True,
    )
