"""Tools in OpenAI's format: what a model may call, what it has called, and calls that arrive piece by piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.models.messages import Tool, ToolCall
from pressrun.models.refusals import Peer

LONGEST_NAME = 200
MOST_CALLS = 128


def tool_body(tool: Tool) -> dict[str, Any]:
    """A tool as it is offered."""
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.parameters is not None:
        function["parameters"] = dict(tool.parameters)
    return {"type": "function", "function": function}


def tool_calls_body(calls: Sequence[ToolCall]) -> list[dict[str, Any]]:
    """Calls as they stand in an assistant's message."""
    return [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in calls
    ]


def tool_calls_of(peer: Peer, message: Mapping[str, Any]) -> tuple[ToolCall, ...]:
    """The calls in a whole message; raises RunFailure for what is none."""
    pieces = ToolCallPieces(peer)
    pieces.take(message, whole=True)
    return pieces.end()


@dataclass(slots=True)
class _Started:
    id: str = ""
    name: str = ""
    arguments: str = ""


class ToolCallPieces:
    """Calls as a stream brings them: each piece names its call by a number."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._calls: dict[int, _Started] = {}

    def take(self, delta: Mapping[str, Any], *, whole: bool = False) -> int:
        """Take the pieces in a delta (or all calls of a `whole` message); how many characters they have."""
        pieces = delta.get("tool_calls")
        if pieces is None:
            return 0
        if not isinstance(pieces, list):
            raise self._peer.malformed("its tool calls are not a list")
        return sum(self._take(piece, place, whole) for place, piece in enumerate(pieces))

    def end(self) -> tuple[ToolCall, ...]:
        """All calls, in order."""
        calls = [started for _, started in sorted(self._calls.items())]
        return tuple(ToolCall(one.id or f"call_{place}", one.name, one.arguments) for place, one in enumerate(calls))

    def _take(self, piece: Any, place: int, whole: bool) -> int:
        function = piece.get("function") if isinstance(piece, dict) else None
        if not isinstance(function, dict):
            raise self._peer.malformed("a tool call is not an object with a function")
        number = piece.get("index")
        if whole or not isinstance(number, int):  # not everybody numbers them
            number = place
        if number not in self._calls and len(self._calls) >= MOST_CALLS:
            raise self._peer.malformed(f"it calls more than {MOST_CALLS} tools")
        call = self._calls.setdefault(number, _Started())
        name, arguments = function.get("name"), function.get("arguments")
        call.id = call.id or _word(piece.get("id"))
        call.name = call.name or _word(name)
        said = arguments if isinstance(arguments, str) else ""
        call.arguments += said
        return len(said)


def _word(value: Any) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""
