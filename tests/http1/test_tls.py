"""HTTPS: certificates are checked, and calls work as without it."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressrun.http1.client import Client
from pressrun.http1.errors import ConnectError
from tests.http1.raw_server import BRISK, CLOSE, HANG, RawServer, asked, chunked, raw_server, whole


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that it signed itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    crt, key = folder / "crt.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "1",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return crt, key


@pytest.fixture
async def server(certificate: tuple[Path, Path]) -> AsyncIterator[RawServer]:
    """A server with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    async with raw_server(context) as server:
        yield server


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


async def test_calls(server: RawServer, certificate: tuple[Path, Path]) -> None:
    server.scripts = [[whole()], [chunked(b"he", b"llo")], [whole(b"x" * 2**20)], [whole(), CLOSE], [whole(b"again")]]
    client = Client(server.url, {}, timeouts=BRISK, tls=trusting(certificate))
    assert await asked(client, b"x" * 2**18) == (200, b"hello")
    assert await asked(client) == (200, b"hello")
    assert len((await asked(client))[1]) == 2**20
    assert await asked(client) == (200, b"hello")
    assert server.connections == 1
    await asyncio.wait_for(server.closed.wait(), 10)
    assert await asked(client) == (200, b"again")
    client.close()


async def test_a_cancelled_call_hangs_up(server: RawServer, certificate: tuple[Path, Path]) -> None:
    server.scripts = [[HANG]]
    client = Client(server.url, {}, timeouts=BRISK, tls=trusting(certificate))
    call = asyncio.create_task(asked(client))
    while not server.requests:
        await asyncio.sleep(0)
    call.cancel()
    await asyncio.wait([call])
    await asyncio.wait_for(server.hung_up.wait(), 10)
    client.close()


async def test_a_certificate_that_nobody_vouches_for(server: RawServer) -> None:
    client = Client(server.url, {}, timeouts=BRISK)
    with pytest.raises(ConnectError, match="certificate verify failed"):
        await asked(client)
    assert server.requests == []
    client.close()


async def test_a_certificate_for_another_name(server: RawServer, certificate: tuple[Path, Path]) -> None:
    client = Client(server.url.replace("localhost", "127.0.0.1"), {}, timeouts=BRISK, tls=trusting(certificate))
    with pytest.raises(ConnectError, match="certificate verify failed"):
        await asked(client)
    client.close()


async def test_a_server_without_tls() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(whole())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as plain:
        client = Client(f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/", {}, timeouts=BRISK)
        with pytest.raises(ConnectError):
            await asked(client)
        client.close()
