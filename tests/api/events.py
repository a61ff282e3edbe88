"""Server-sent events as a test reads them."""

from typing import Any

import msgspec

from tests.api.client import Answer


def events(answer: Answer) -> list[tuple[str, Any]]:
    """The name and data of each event of a stream that has ended."""
    assert answer.status == 200, (answer.status, answer.raw)
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.raw.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], msgspec.json.decode(fields["data"])))
    return found
