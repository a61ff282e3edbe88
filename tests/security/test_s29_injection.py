"""S-29: nothing that a caller sends becomes SQL, a shell's words, a pickle or a template."""

import re
from pathlib import Path

import pytest

from tests.api.client import Client
from tests.api.samples import JOBS, create, deploy
from tests.raw_sql import fetch

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pressrun"

FORBIDDEN = {
    "a shell": r"shell\s*=\s*True|os\.system\(|os\.popen\(|create_subprocess_shell|commands\.getoutput",
    "code made of text": r"(?<![\w.])(eval|exec)\(|(?<!re\.)\bcompile\(\s*f?[\"']|__import__\(",
    "objects out of bytes": r"\bpickle\b|\bmarshal\b|\bshelve\b|\bdill\b|jsonpickle",
    "YAML that makes objects": r"yaml\.(load|unsafe_load|full_load)\(|UnsafeLoader|FullLoader",
    "a template language": r"\bjinja2?\b|\bmako\b|string\.Template",
    "XML that fetches": r"xml\.etree|xml\.sax|xml\.dom|lxml",
    "TLS that trusts everybody": r"verify\s*=\s*False|ssl\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False",
    "weak digests": r"hashlib\.(md5|sha1)\(",
    "temporary names that can be guessed": r"tempfile\.mktemp\(",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_s29_is_not_in_the_source(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in SOURCE.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line.partition("#")[0]) and '"""' not in line
    ]
    assert not found, "\n".join(found)


def test_s29_the_gate_sees_what_it_looks_for() -> None:
    for what, sample in (
        ("a shell", "subprocess.run(command, shell=True)"),
        ("code made of text", "value = eval(text)"),
        ("objects out of bytes", "import pickle"),
        ("YAML that makes objects", "yaml.load(text)"),
        ("TLS that trusts everybody", "session.get(url, ssl=False)"),
        ("weak digests", "hashlib.md5(raw)"),
    ):
        assert re.search(FORBIDDEN[what], sample), what


QUOTES = (
    "'",
    "''",
    "\"';--",
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE jobs; --",
    "') UNION SELECT/**/hash FROM keys --",
    "1; SELECT/**/pg_sleep(10)",
    "' || (SELECT/**/hash FROM keys) || '",
    "\\'; --",
    "%27%20OR%201=1",
    "%",
    "_",
    "$1",
    ":now",
    "?1",
    "\u02bc",
)


async def test_s29_quotes_are_letters_like_any_other(client: Client, database_url: str) -> None:
    """In every path and query, and in every value that is stored."""
    await deploy(client)
    await create(client, "a")
    count = "SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM keys), (SELECT count(*) FROM agents)"
    before = await fetch(database_url, count)
    for text in QUOTES:
        quoted = "".join(f"%{byte:02x}" for byte in text.encode())
        for path in (
            f"/v1/applications/{quoted}",
            f"/v1/applications/{quoted}/jobs",
            f"/v1/applications/jobs/{quoted}",
            f"/v1/applications?after={quoted}",
        ):
            answer = await client.get(path)
            assert answer.status in {200, 404}, (path, answer.raw)
            assert not answer.json.get("data"), path
            assert not answer.json.get("result"), path
        for path in (
            f"{JOBS}?status={quoted}",
            f"{JOBS}?offset={quoted}",
            f"{JOBS}?limit={quoted}",
            f"/v1/applications?order={quoted}",
            f"/v1/applications?type={quoted}",
            f"/v1/audit?action={quoted}",
            f"/v1/audit?before={quoted}",
        ):
            assert (await client.get(path)).status == 400, path
        assert (await client.delete(f"/v1/keys/{quoted}")).status == 404
    assert await fetch(database_url, count) == before
    for number, text in enumerate(QUOTES):
        made = (await client.post("/v1/keys", {"name": f"{number} {text}"})).ok(201)
        assert made["name"] == f"{number} {text}"
    names = {one["name"] for one in (await client.get("/v1/keys")).ok()["data"]}
    assert {f"{number} {text}" for number, text in enumerate(QUOTES)} <= names
