"""The command line as an HTTP client of the server: the only file that knows how it is asked."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar
from urllib.parse import quote

import aiohttp
from yarl import URL

from pressrun.cli.configuration import find_server, load_settings
from pressrun.cli.credentials import Credentials
from pressrun.cli.failure import ExitCode, Failure
from pressrun.settings import Settings

T = TypeVar("T")

ANSWER_S = 30.0
CONNECT_S = 10.0
STREAM_BYTES = 4 * 1024 * 1024
"""What is held of a stream that nobody reads; a line of one may be half as long."""


class Unreachable(Failure):
    """No server answered, or it went away before it did."""

    def __init__(self, line: str) -> None:
        super().__init__(line, code=ExitCode.UNREACHABLE)


class Refused(Failure):
    """The server said no, with this HTTP status."""

    def __init__(self, status: int, *lines: str) -> None:
        self.status = status
        super().__init__(*lines)


class Server:
    """A server that is being asked."""

    def __init__(self, session: aiohttp.ClientSession, credentials: Credentials) -> None:
        self._session = session
        self._url = credentials.url or ""
        self._headers = {} if credentials.api_key is None else {"Authorization": f"Bearer {credentials.api_key}"}

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = ANSWER_S,
    ) -> Any:
        """The JSON that a request is answered with; raises Unreachable, Refused.

        `path` is quoted already (see `at`), query values that are None are left out.
        """
        request = self._session.request(
            method,
            self._address(path, query),
            json=body,
            headers={**self._headers, **(headers or {})},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_S),
        )
        with _reached(self._url, timeout_s):
            async with request as response:
                return _value(self._url, response.status, await response.read())

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        path: str,
        *,
        content: AsyncIterable[bytes] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        silence_s: float | None = ANSWER_S,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer to be read as it comes, of any length, to `content` of any length; raises Unreachable, Refused.

        `silence_s` is how long nothing may come while it is read; None waits for ever.
        """
        request = self._session.request(
            method,
            self._address(path, query),
            data=content,
            headers={**self._headers, **(headers or {})},
            allow_redirects=False,
            read_bufsize=STREAM_BYTES,
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S, sock_read=silence_s),
        )
        with _reached(self._url, silence_s or 0):
            async with request as response:
                if response.status >= 300:
                    _value(self._url, response.status, await response.read())
                yield response

    def _address(self, path: str, query: Mapping[str, object] | None) -> URL:
        parameters = {name: str(value) for name, value in (query or {}).items() if value is not None}
        return URL(self._url + path, encoded=True).update_query(parameters)


@contextmanager
def _reached(url: str, timeout_s: float) -> Iterator[None]:
    """What keeps a server from being reached, or from answering, becomes Unreachable."""
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        raise Unreachable(f"the certificate of {url} is not to be trusted: {error}") from None
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError):
        raise Unreachable(_nobody(url)) from None
    except TimeoutError:
        raise Unreachable(f"{url} did not answer within {timeout_s:g} seconds: try again") from None
    except aiohttp.ClientError as error:
        raise Unreachable(f"the connection to {url} broke ({error}): try again") from None


def at(*segments: str) -> str:
    """A path of the API, every segment quoted."""
    return "/v1/" + "/".join(quote(segment, safe="") for segment in segments)


def ask(method: str, path: str, body: Any = None, *, timeout_s: float = ANSWER_S, **query: object) -> Any:
    """One request to the server that the settings name, with its key; raises Failure."""
    return with_server(lambda server: server.ask(method, path, body, query=query, timeout_s=timeout_s))


def with_server(work: Callable[[Server], Awaitable[T]]) -> T:
    """What a work makes of the server that the settings name; raises Failure when there is no key."""
    settings = load_settings()
    credentials = find_server(settings)
    if credentials.api_key is None:
        raise Failure(_no_key(settings, credentials))

    async def connected() -> T:
        async with open_server(credentials) as server:
            return await work(server)

    return asyncio.run(connected())


@asynccontextmanager
async def open_server(credentials: Credentials) -> AsyncIterator[Server]:
    """A server to ask."""
    async with aiohttp.ClientSession() as session:
        yield Server(session, credentials)


def _value(url: str, status: int, content: bytes) -> Any:
    try:
        value = json.loads(content)
    except ValueError:
        raise Refused(
            status, f"{url} answered {status}, but not as a Pressrun server does: check PRESSRUN_URL"
        ) from None
    if 200 <= status < 300:
        return value
    problems = value.get("errors") if isinstance(value, dict) else None
    lines = [str(one.get("description", "")) for one in problems or [] if isinstance(one, dict)]
    if status == 401:
        lines.append("set PRESSRUN_API_KEY to a key of this server; `pressrun keys create NAME` makes one")
    raise Refused(status, *(lines or [f"{url} answered {status}"]))


def _nobody(url: str) -> str:
    return f"no Pressrun server answers at {url}: start one with `pressrun serve`, or set PRESSRUN_URL"


def _no_key(settings: Settings, credentials: Credentials) -> str:
    return (
        f"no API key for {credentials.url}: `pressrun serve` leaves one in {settings.credentials_file} when it first "
        "starts on this machine; otherwise set PRESSRUN_API_KEY to one made with `pressrun keys create NAME`"
    )
