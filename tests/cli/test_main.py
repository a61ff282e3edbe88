"""The tree of commands, and what goes wrong before a command begins."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pressrun.cli.main import build
from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, child in command.commands.items():
        yield from leaves(child, (*path, name))


LEAVES = dict(leaves(typer.main.get_command(build())))


def test_the_tree_is_what_the_documentation_says() -> None:
    """A command that vanishes or appears is noticed."""
    assert {" ".join(path) for path in LEAVES} == {
        "serve", "work", "run", "batch", "demo", "doctor", "migrate", "backup", "restore", "move", "torture", "audit",
        "studio",
        "agents apply", "agents list", "agents show", "agents delete", "agents deploy", "agents versions",
        "agents rollback", "agents template",
        "batches list", "batches show", "batches watch", "batches results", "batches pause", "batches resume",
        "batches cancel", "batches retry", "batches correct", "batches delete",
        "files upload", "files list", "files show", "files download", "files delete", "files retry",
        "graphs create", "graphs list", "graphs show", "graphs add", "graphs watch", "graphs ask", "graphs search",
        "graphs remove", "graphs delete",
        "jobs list", "jobs show", "jobs watch", "jobs retry", "jobs cancel", "jobs delete",
        "keys create", "keys list", "keys revoke", "keys first",
        "sessions list", "sessions end",
        "limits show", "limits set", "limits clear", "models set", "usage",
        "models add", "models list", "models test", "models remove", "models default", "models install",
        "secret-key rotate", "secret-key reseal", "secret-key forget", "secret-key discard",
        "webhooks add", "webhooks list", "webhooks show", "webhooks rotate", "webhooks remove", "webhooks test",
        "webhooks enable", "webhooks disable", "webhooks secret", "webhooks deliveries",
        "webhooks resend", "webhooks listen",
    }  # fmt: skip


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    """Help says what a command does, calls it in an example, and explains every parameter."""
    shown = CliRunner().invoke(build(path[0]), [*path, "--help"])
    assert shown.exit_code == 0
    assert f"Example: pressrun {' '.join(path)}" in shown.stdout
    for parameter in LEAVES[path].params:
        assert parameter.help, parameter.name


def test_the_version_is_printed(alone: Pressrun) -> None:
    """`--version` needs no command."""
    assert alone("--version").stdout.startswith("pressrun 0.")


def test_the_module_is_the_command() -> None:
    """`python -m pressrun` works where no script is installed."""
    done = subprocess.run([sys.executable, "-m", "pressrun", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("pressrun 0.")


def test_wrong_usage_is_exit_code_2(alone: Pressrun) -> None:
    """As every command line has it."""
    assert alone("agents", "show").exit_code == 2
    assert alone("no-such-command").exit_code == 2


def test_without_a_key_it_is_said_where_keys_come_from(alone: Pressrun) -> None:
    """The first thing that somebody new meets."""
    done = alone("agents", "list")
    assert done.exit_code == 1
    assert "pressrun serve" in done.stderr
    assert "PRESSRUN_API_KEY" in done.stderr


def test_a_server_that_does_not_answer_is_exit_code_3(alone: Pressrun) -> None:
    """One line, with the address and the way out."""
    done = alone("agents", "list", PRESSRUN_API_KEY="k")
    assert done.exit_code == 3
    expected = "no Pressrun server answers at http://127.0.0.1:1: start one with `pressrun serve`, or set PRESSRUN_URL"
    assert done.stderr == f"error: {expected}\n"


def test_a_key_that_the_server_refuses_says_how_to_get_one(alone: Pressrun, server: LiveServer) -> None:
    """Whoever has a wrong key needs to know where the right one comes from."""
    done = alone("agents", "list", PRESSRUN_URL=server.url, PRESSRUN_API_KEY="pr_live_wrong")
    assert done.exit_code == 1
    assert "unknown, revoked or expired" in done.stderr
    assert "pressrun keys create" in done.stderr


@pytest.mark.parametrize("url", ["127.0.0.1:8484", "ftp://host", "http://", "http://host:port"])
def test_an_address_that_is_none_is_wrong_usage(alone: Pressrun, url: str) -> None:
    """Refused before anything is sent."""
    done = alone("agents", "list", PRESSRUN_URL=url, PRESSRUN_API_KEY="k")
    assert done.exit_code == 2
    assert "PRESSRUN_URL" in done.stderr


def test_a_setting_that_is_wrong_is_named(alone: Pressrun) -> None:
    """With all the places it may come from."""
    done = alone("agents", "list", PRESSRUN_PORT="many")
    assert done.exit_code == 2
    assert "setting port:" in done.stderr
    assert "PRESSRUN_PORT" in done.stderr


class Stranger(BaseHTTPRequestHandler):
    """A web server that is no Pressrun."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>It works!</h1>")

    def log_message(self, *_: Any) -> None:
        return


def test_a_server_that_is_no_pressrun_is_recognized(alone: Pressrun) -> None:
    """Not a trace about JSON."""
    with HTTPServer(("127.0.0.1", 0), Stranger) as stranger:
        thread = threading.Thread(target=stranger.handle_request)
        thread.start()
        done = alone("agents", "list", PRESSRUN_URL=f"http://127.0.0.1:{stranger.server_port}", PRESSRUN_API_KEY="k")
        thread.join()
    assert done.exit_code == 1
    assert "not as a Pressrun server does" in done.stderr


def test_a_server_that_hangs_up_is_unreachable(alone: Pressrun) -> None:
    """A connection that breaks is no refusal."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        done = alone("agents", "deploy", "some", PRESSRUN_URL=url, PRESSRUN_API_KEY="k")
        thread.join()
    assert done.exit_code == 3
    assert "broke" in done.stderr
