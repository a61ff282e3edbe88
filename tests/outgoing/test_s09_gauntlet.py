"""S-09: no URL that a stranger writes leads to where only this server can go; canaries stand there and count."""

import asyncio
import ipaddress
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web

from pressrun.errors import PressrunError
from pressrun.outgoing.address import is_reachable, read_networks
from pressrun.outgoing.client import Outgoing
from pressrun.outgoing.lookup import check_host
from pressrun.outgoing.reply import Cause, OutgoingError, Reply
from pressrun.outgoing.target import Rules, check_url

PUBLIC = "93.184.216.34"

INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",  # noqa: S104
    "169.254.169.254", "100.64.0.1",
    "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:7f00:1::", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1",
    "2001:db8::1", "3fff::1", "5f00::1", "100::1", "no address", "",
]  # fmt: skip
OUTSIDE = [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]


@pytest.mark.parametrize("address", INSIDE)
def test_s09_addresses_inside(address: str) -> None:
    assert not is_reachable(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_s09_addresses_outside(address: str) -> None:
    assert is_reachable(address)


def test_s09_private_networks_are_allowed_one_by_one() -> None:
    private = read_networks(["10.1.0.0/16", "fd00::/8"])
    assert [is_reachable(one, private) for one in ("10.1.2.3", "10.2.0.1", "fd12::1", "127.0.0.1", PUBLIC)] == [
        True, False, True, False, True,
    ]  # fmt: skip


REFUSED = [
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://example.com/", "javascript:alert(1)",
    "//example.com/",
    "example.com/hook", "http://", "http:///path", "https://example.com:22/", "http://example.com:6379/",
    "http://example.com:0/", "http://example.com:99999/", "http://user@example.com/", "http://user:pw@example.com/",
    "http://example.com@127.0.0.1/", "http://example.com/#fragment", "http://127.0.0.1/", "http://127.0.0.1:80/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[fe80::1%25lo]/", "http://0.0.0.0/",
    "http://0/", "http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/",
    "http://0177.0.0.1/", "http://017700000001/", "http://127.0.0.1./", "http://2130706433./",
    "http://169.254.169.254/latest",
    "http://10.0.0.1/", "http://192.168.0.1/", "http://100.64.0.1/", "http://127。0。0。1/", "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/", "http://%31%32%37.0.0.1/", "http://127.0.0.1%2f@example.com/", "http://exa mple.com/",
    "http://example.com\\@127.0.0.1/", "http://example.com/\r\nHost: x", "http://example.com/\x00", "http://[::1",
    "http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/", "http://[fd00::1]/", "http://" + "a" * 2000 + ".com/",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_s09_urls_that_are_refused_as_they_stand(url: str) -> None:
    with pytest.raises(PressrunError):
        check_url(url, Rules())


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook?a=1",
        "http://example.com:8080/",
        "https://bücher.example/",
        "https://93.184.216.34:8443/",
    ],
)
def test_urls_that_may_be(url: str) -> None:
    assert check_url(url, Rules()).startswith("http")


class Canary:
    """A server inside that counts whoever comes, and the names they come for."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        """Count a visit."""
        self.hosts.append(request.headers["host"])
        return web.Response(text="the secret of the inside")


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    """On loopback."""
    one = Canary()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", one.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.port = runner.addresses[0][1]
    yield one
    await runner.cleanup()


class Names:
    """A resolver of the attacker's: each question gets the next answer, the last one for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.questions: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        """The answer."""
        self.questions.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def post(url: str, rules: Rules, names: Names) -> Reply | OutgoingError:
    client = Outgoing(rules, resolve=names.resolve, total_s=5)
    try:
        return await client.post(url, b"{}", {})
    except OutgoingError as error:
        return error
    finally:
        await client.close()


@pytest.mark.parametrize("inside", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "169.254.169.254", "10.0.0.1", "fd00::1"])
@pytest.mark.parametrize("mixed", [False, True])
async def test_s09_names_that_lead_inside(canary: Canary, inside: str, *, mixed: bool) -> None:
    """By any record, alone or beside a public address, whatever name an alias led over: nobody is connected to."""
    addresses = [PUBLIC, inside] if mixed else [inside]
    found = await post(f"http://evil.example:{canary.port}/", Rules(ports=(canary.port,)), Names(addresses))
    assert isinstance(found, OutgoingError)
    assert found.cause == Cause.BLOCKED
    assert "127.0.0.1" not in str(found)
    assert canary.hosts == []


async def test_s09_a_name_is_asked_once_for_a_request(canary: Canary) -> None:
    """Rebinding: the second answer would lead inside, and is never asked for."""
    public_stand_in = read_networks(["127.0.0.0/8"])
    rules = Rules(ports=(canary.port,), private=public_stand_in)
    names = Names(["127.0.0.1"], ["10.0.0.1"])
    found = await post(f"http://rebinding.example:{canary.port}/", rules, names)
    assert isinstance(found, Reply)
    assert names.questions == ["rebinding.example"]
    assert canary.hosts == [f"rebinding.example:{canary.port}"]


async def test_s09_rebinding_between_registration_and_request(canary: Canary) -> None:
    """What was public when it was registered is looked up anew."""
    rules = Rules(ports=(canary.port,))
    names = Names([PUBLIC], ["127.0.0.1"])
    url = f"http://rebinding.example:{canary.port}/"
    await check_host(check_url(url, rules), rules, resolve=names.resolve)
    found = await post(url, rules, names)
    assert isinstance(found, OutgoingError)
    assert found.cause == Cause.BLOCKED
    assert canary.hosts == []


async def test_s09_a_name_that_leads_inside_is_not_registered() -> None:
    for addresses in (["127.0.0.1"], [PUBLIC, "fd00::1"]):
        with pytest.raises(PressrunError, match="may not go to"):
            await check_host("https://evil.example/", Rules(), resolve=Names(addresses).resolve)
    await check_host("https://nobody.example/", Rules(), resolve=Names([]).resolve)


@pytest.mark.parametrize("url", [url for url in REFUSED if "127" in url or "::1" in url or url.endswith("//0/")])
async def test_s09_literals_do_not_reach_a_canary_on_port_80_either(canary: Canary, url: str) -> None:
    """Whatever was stored before the rules were what they are is refused at the request."""
    found = await post(url, Rules(ports=(80, canary.port)), Names(["127.0.0.1"]))
    assert isinstance(found, OutgoingError)
    assert found.cause == Cause.BLOCKED
    assert canary.hosts == []


async def test_s09_the_socket_itself_is_guarded(canary: Canary) -> None:
    """The last line: no socket is made for an address inside, whoever asked for it."""
    client = Outgoing(Rules(ports=(canary.port,)))
    try:
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            with pytest.raises(Exception, match="not allowed"):
                client._socket((family, socket.SOCK_STREAM, 0, "", (address, canary.port)))
    finally:
        await client.close()


async def test_s09_proxies_of_the_environment_are_not_asked(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    found = await post("http://evil.example/", Rules(), Names(["10.0.0.1"]))
    assert isinstance(found, OutgoingError)
    assert canary.hosts == []


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """One that no authority has signed, and its key."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "1",
         "-subj", "/CN=hook.example"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


async def test_s09_the_name_goes_to_the_certificate_check(certificate: tuple[Path, Path]) -> None:
    """Connected by address, asked for by name: SNI is kept, and a certificate of no authority is refused."""
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    rules = Rules(private=read_networks(["127.0.0.0/8"]))
    found = await post(f"https://hook.example:{port}/", rules, Names(["127.0.0.1"]))
    server.close()
    assert isinstance(found, OutgoingError)
    assert found.cause == Cause.TLS
    assert names == ["hook.example"]


async def test_what_has_no_address_says_so() -> None:
    found = await post("http://nobody.example/", Rules(), Names([]))
    assert isinstance(found, OutgoingError)
    assert found.cause == Cause.UNRESOLVED


def test_networks_are_read_strictly() -> None:
    assert read_networks(["10.0.0.0/8"]) == (ipaddress.ip_network("10.0.0.0/8"),)
    for wrong in ("10.0.0.1/8", "host", "300.0.0.0/8"):
        with pytest.raises(ValueError, match=wrong.split("/")[0]):
            read_networks([wrong])
