"""Settings for a command, and the server and key that follow from them."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import ValidationError
from pydantic_settings import SettingsError

from pressrun.cli.credentials import Credentials, read_credentials
from pressrun.cli.failure import ExitCode, Failure
from pressrun.settings import Settings

DEFAULT_PORTS = {"http": 80, "https": 443}


def load_settings(**flags: Any) -> Settings:
    """The settings; flags that are None leave what is set elsewhere. Raises Failure (usage) that names every fault."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise Failure(
            *(
                f"setting {'.'.join(map(str, fault['loc']))}: {fault['msg']}; it comes from a flag, "
                f"PRESSRUN_{str(fault['loc'][0]).upper()}, .env or pressrun.toml"
                for fault in error.errors(include_url=False, include_input=False)
            ),
            code=ExitCode.USAGE,
        ) from None
    except (SettingsError, ValueError, OSError) as error:
        raise Failure(f"settings cannot be read: {error}; see .env and pressrun.toml", code=ExitCode.USAGE) from None


def find_server(settings: Settings) -> Credentials:
    """The server to talk to, and the key if one is known.

    The local admin key goes to the server that wrote it and to no other. Raises Failure for an address that is none.
    """
    stored = read_credentials(settings.credentials_file) or Credentials(None, None)
    url = (settings.url or stored.url or server_url(settings.host, settings.port)).rstrip("/")
    origin = _origin(url)
    key: str | None = settings.api_key.get_secret_value().strip() if settings.api_key is not None else None
    if key is None and stored.url is not None and _origin(stored.url) == origin:
        key = stored.api_key
    if key is not None and not (key.isascii() and key.isprintable()):
        raise Failure("PRESSRUN_API_KEY holds characters that no key has: copy it again", code=ExitCode.USAGE)
    return Credentials(url, key or None)


def server_url(host: str, port: int) -> str:
    """The address under which a server that listens on `host` answers on its own machine."""
    if host in {"0.0.0.0", ""}:  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _origin(url: str) -> tuple[str, str, int]:
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    host = (parts.hostname or "").lower()
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Failure(
            f"the server's address {url!r} is none: set PRESSRUN_URL to one like http://127.0.0.1:8484",
            code=ExitCode.USAGE,
        )
    return parts.scheme, "loopback" if is_loopback(host) else host, port or DEFAULT_PORTS[parts.scheme]
