"""Which server is asked, and which key it gets."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from pressrun.cli.configuration import find_server, is_loopback, load_settings, server_url
from pressrun.cli.credentials import Credentials, write_credentials
from pressrun.cli.failure import Failure


@pytest.fixture(autouse=True)
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of this machine has left its credentials."""
    monkeypatch.chdir(tmp_path)
    write_credentials(tmp_path / "credentials.json", Credentials("http://127.0.0.1:9000", "stored"))


def found(**settings: object) -> Credentials:
    return find_server(load_settings(data_dir=Path.cwd(), **settings))


def test_the_local_server_and_its_key_need_no_settings() -> None:
    """What `serve` wrote is what is used."""
    assert found() == Credentials("http://127.0.0.1:9000", "stored")


def test_the_local_admin_key_goes_to_no_other_server() -> None:
    """An address from a settings file must not collect keys."""
    assert found(url="http://elsewhere.example:9000").api_key is None
    assert found(url="http://127.0.0.1:9001").api_key is None
    assert found(url="https://127.0.0.1:9000").api_key is None


def test_the_local_server_may_be_called_by_another_name_of_this_machine() -> None:
    """localhost is 127.0.0.1."""
    assert found(url="http://localhost:9000/").api_key == "stored"


def test_settings_beat_the_file() -> None:
    """Whoever sets a key means it."""
    assert found(api_key=SecretStr(" mine\n")) == Credentials("http://127.0.0.1:9000", "mine")


def test_without_a_file_the_configured_port_is_asked(tmp_path: Path) -> None:
    """Settings alone may know the server."""
    (tmp_path / "credentials.json").write_text("{broken")
    assert found(port=9009) == Credentials("http://127.0.0.1:9009", None)


def test_a_key_that_cannot_be_one_is_refused() -> None:
    """A pasted key with a line break inside never becomes a header."""
    with pytest.raises(Failure, match="copy it again"):
        found(api_key=SecretStr("a\nb"))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:1"),  # noqa: S104 - not bound
        ("::", "http://[::1]:1"),
        ("::1", "http://[::1]:1"),
        ("box.example", "http://box.example:1"),
    ],
)
def test_the_address_of_a_server(host: str, url: str) -> None:
    """Everywhere is no address to call."""
    assert server_url(host, 1) == url


def test_what_is_loopback() -> None:
    """Names other than localhost may be anywhere."""
    assert [host for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost", "::", "box") if is_loopback(host)] == [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "localhost",
    ]
