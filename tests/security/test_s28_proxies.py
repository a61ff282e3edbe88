"""S-28: behind real proxies nobody gets another's answer, whatever somebody before them sent.

A proxy keeps one connection to the server, which everybody's requests share. If it and the server disagreed on where a
request ends, what stands behind it would be answered to whoever asks next.
"""

from pathlib import Path

import pytest

from tests.api.client import Client
from tests.api.server import Server
from tests.security.proxies import PROXIES, is_installed, proxied
from tests.security.test_s28_framing import GET, POST, REFUSED
from tests.security.wire import exchange, request

SMUGGLED = GET + b"X-Request-Id: smuggled\r\nX-A: "
"""Not whole: a server that took it for a request would take whatever comes next for the rest of it."""

DISPUTED = {
    **{name: raw.replace(request("GET", "/healthz"), SMUGGLED) for name, raw in REFUSED.items()},
    "a body nobody reads": POST + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a body with a GET": GET + b"Content-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
    "a chunked body with a GET": GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks named twice": POST
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks after identity": POST + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "an extension of a chunk with a line feed": POST
    + b"Transfer-Encoding: chunked\r\n\r\n2;\nxx\r\n4c\r\n0\r\n\r\n" + SMUGGLED,
    "a length taken away by Connection": POST
    + b"Connection: Content-Length\r\nContent-Length: 5\r\n\r\nhello" + SMUGGLED,
    "chunks taken away by Connection": POST
    + b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "an expectation with a body": POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}" + SMUGGLED,
    "an upgrade": GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + SMUGGLED,
    "two requests": GET + b"\r\n" + SMUGGLED,
}  # fmt: skip


@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_nobody_gets_anothers_answer(server: Server, client: Client, tmp_path: Path, name: str) -> None:
    if not is_installed(name):
        pytest.skip(f"{name.partition(' ')[0]} is not installed here: bin/tools")
    folder = tmp_path / "proxy"
    folder.mkdir()
    bearer = f"Authorization: Bearer {client.token}\r\n".encode()
    async with proxied(name, folder, server.port) as port:
        for number, (what, raw) in enumerate(DISPUTED.items()):
            for sent in {raw, raw.replace(POST, POST + bearer)}:
                await exchange(port, sent, silence_s=0.05, answer_s=0.2)
                victim = request("GET", "/healthz", f"X-Request-Id: victim-{number}", "Connection: close")
                answer = await exchange(port, victim)
                assert answer.statuses == [200], (what, answer.raw)
                assert f"x-request-id: victim-{number}".encode() in answer.raw.lower(), (what, answer.raw)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_an_honest_request_passes_through_each(server: Server, client: Client, tmp_path: Path) -> None:
    """Else nothing is shown above: the answers are the server's own."""
    for name in PROXIES:
        if not is_installed(name):
            continue
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        async with proxied(name, folder, server.port) as port:
            body = b'{"name":"x"}'
            head = ("Connection: close", f"Authorization: Bearer {client.token}", f"Content-Length: {len(body)}")
            assert (await exchange(port, request("POST", "/v1/keys", *head, body=body))).statuses == [201]
