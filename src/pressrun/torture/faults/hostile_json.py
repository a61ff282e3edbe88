"""Bodies no parser likes."""

import itertools

from pressrun.torture import raw
from pressrun.torture.fault import Fault
from pressrun.torture.faults.honest import goes_on
from pressrun.torture.testbed import AGENT, Testbed

DEEP = 20_000
DIGITS = 5_000
JSON = {
    "nan": b'{"inputs": NaN}',
    "infinity": b'{"inputs": -Infinity}',
    "huge exponent": b'{"inputs": [], "priority": 1e400}',
    "many digits": b'{"inputs": [], "priority": ' + b"9" * DIGITS + b"}",
    "deep arrays": b'{"inputs": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "lone surrogate": b'{"inputs": [{"id": "Nonce", "value": ["\\ud800"]}]}',
    "bad utf-8": b'{"inputs": [{"id": "Nonce", "value": ["\xff\xfe"]}]}',
    "utf-16": '{"inputs": []}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"inputs": 1}',
    "duplicate keys": b'{"inputs": [], "inputs": [{"id": "Nonce", "value": ["x"]}]}',
    "nul in a name": b'{"inputs": [{"id": "Non\\u0000ce", "value": ["x"]}]}',
    "empty": b"",
    "null": b"null",
    "a string": b'"x"',
    "trailing comma": b'{"inputs": [],}',
    "comment": b'{"inputs": [] /* x */}',
    "single quotes": b"{'inputs': []}",
    "cut": b'{"inputs": [{"id": "Nonce", "va',
    "two documents": b'{"inputs": []} {"inputs": []}',
    "wrong types": b'{"inputs": {"Nonce": "x"}}',
    "a number for a text": b'{"inputs": [{"id": "Nonce", "value": [1]}]}',
    "too many values": b'{"inputs": [{"id": "Nonce", "value": [' + b'"x",' * 60 + b'"x"]}]}',
    "unknown input": b'{"inputs": [{"id": "Nope", "value": ["x"]}]}',
    "null byte": b"\x00",
    "vertical tab": b'\x0b{"inputs": []}',
}
ROUTES = (
    ("POST", f"/v1/applications/{AGENT}/jobs"),
    ("POST", "/v1/applications"),
    ("PATCH", f"/v1/applications/{AGENT}"),
    ("POST", "/v1/models"),
    ("POST", "/v1/keys"),
    ("POST", f"/v1/applications/{AGENT}"),
)


async def hostile_json(bed: Testbed) -> None:
    """Bodies no parser likes, to every route that takes one: refused with 4xx, and the process lives."""
    await bed.serve()
    pid = bed.server.api_pid()
    wrong: list[str] = []
    for _ in range(bed.repetitions):
        for (method, path), (name, body) in itertools.product(ROUTES, JSON.items()):
            async with bed.fault("hostile JSON", f"{method} {path}: {name}"):
                status = await raw.answer(
                    bed.server.port, [raw.request(method, path, raw.json_headers(bed.server.api_key, len(body)), body)]
                )
            if status is None or not 400 <= status < 500:
                wrong.append(f"{method} {path} {name}: {status}")
    bed.find("answers that are no 4xx", wrong, ok=not wrong, bar="none")
    bed.find("the same API process", bed.server.api_pid() == pid, ok=bed.server.api_pid() == pid)
    await goes_on(bed)


FAULTS = (
    Fault(
        "F50",
        "Hostile JSON to every route that takes a body",
        hostile_json,
        {"p": 1, "r": 5},
        cost_s=6,
        promise="G23",
        always=("sqlite", "postgres"),
    ),
)
