"""Nothing that is printed can command a terminal."""

import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.cli.printing import plain, print_json, print_table
from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer

SAFE = {"\n", "\t"}


@given(st.text(st.characters(categories=["Cc", "Cs", "L", "Zs"])))
def test_no_control_character_survives(text: str) -> None:
    """Escape sequences are shown, not obeyed; line breaks and tabs stay, whatever can be encoded is encoded."""
    shown = plain(text)
    assert not any((letter < " " or "\x7f" <= letter <= "\x9f") and letter not in SAFE for letter in shown)
    shown.encode("utf-8")


def test_what_is_harmless_stays_as_it_is() -> None:
    """Emoji, right-to-left text and accents are text."""
    assert plain("Žluťoučký 🐎\tשלום\nx\r\ny") == "Žluťoučký 🐎\tשלום\nx\ny"
    assert plain("\x1b]0;owned\x07\x9b2J\r") == r"\x1b]0;owned\x07\x9b2J\x0d"


@pytest.mark.parametrize("text", ["\x9b31m", "\x7f", "\ud800", "\x1b[0m", "é\n"])
def test_json_is_harmless_and_still_says_the_same(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Escaped inside JSON, equal when read."""
    print_json({"text": text})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"text": text}
    assert plain(printed) == printed


def test_a_table_for_programs_is_not_folded(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe has no width."""
    print_table(("Name", "Text"), [("[red]a[/red]", "x" * 500 + "\ny")], empty="none")
    assert "[red]a[/red]  " + "x" * 500 + " y" in capsys.readouterr().out


NARROW = """
import fcntl, struct, sys, termios
from pressrun.cli.printing import print_table
fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
ids = "0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b10", "0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b11"
rows = [(ids[0], "Shoe of the year", ""), (ids[1], "", "")]
print_table(("ID", "Name", "Explanation"), rows, empty="none")
"""


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (70, ["ID Name Explanation", "…10 Shoe of the year", "…11"]),
        (50, ["ID Name", "…10 Shoe of the", "year", "…11"]),
        (40, ["ID …10", "Name Shoe of the year", "ID …11"]),
    ],
)
def test_a_narrow_terminal_never_breaks_an_id(width: int, expected: list[str]) -> None:
    """Words are wrapped, then empty columns left out, then rows are paragraphs."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key not in {"COLUMNS", "LINES"}}
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a descriptor
        process = subprocess.Popen([sys.executable, "-c", NARROW, str(width)], env=environment, stdout=theirs)
        os.close(theirs)
        seen = re.sub(r"\x1b\[[0-9;]*m", "", _everything(terminal).decode())
        assert process.wait() == 0
    shown = [" ".join(line.split()) for line in seen.splitlines() if line.strip()]
    assert [line.replace("0199f3a0-5b1c-7c3e-9a51-4d1f0f6a2b", "…") for line in shown] == expected


def test_an_empty_table_says_so_to_people_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read nothing where there is nothing."""
    print_table(("Name",), [], empty="There is nothing.")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "There is nothing.\n")


def test_a_models_escapes_do_not_reach_the_terminal(server: LiveServer, agent: str) -> None:
    """The job's text is neutralised on a terminal, and is as it is in a pipe."""
    command = [sys.executable, "-m", "pressrun", "run", agent, "Topic=paint"]
    environment = {**os.environ, "PRESSRUN_DATA_DIR": str(server.data_dir)}
    piped = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert piped.stdout == b"\x1b[31mred\x1b[0m \x07\n"
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a descriptor
        process = subprocess.Popen(command, env=environment, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
        os.close(theirs)
        seen = _everything(terminal)
        assert process.wait() == 0
    assert rb"\x1b[31mred\x1b[0m \x07" in seen
    assert b"\x1b[31mred" not in seen


def _everything(terminal: io.FileIO) -> bytes:
    seen = b""
    try:
        while piece := terminal.read(4096):
            seen += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    return seen


def test_colour_is_for_terminals_alone(pressrun: Pressrun, agent: str) -> None:
    """A pipe gets no escape sequences."""
    assert "\x1b" not in pressrun("agents", "list").output
    assert agent in pressrun("agents", "list").output
