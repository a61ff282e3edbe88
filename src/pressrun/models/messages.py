"""What a conversation with a model is made of: messages of text and images, tools, and calls of them."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

LONGEST_FINGERPRINT = 200


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a message that is text."""

    text: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    """A piece of a message that is an image: a `data:` URL that holds it, or an address that the provider fetches."""

    url: str

    @classmethod
    def of(cls, media_type: str, data: bytes) -> Self:
        """An image by its bytes, of a type like `image/png`."""
        return cls(f"data:{media_type};base64,{base64.b64encode(data).decode()}")

    @property
    def fingerprint(self) -> str:
        """A short name for the image: its type and how the SHA-256 of its bytes begins, or its address."""
        head, _, data = self.url.partition(";base64,")
        try:
            bytes_ = base64.b64decode(data, validate=True)
        except ValueError:
            return self.url[:LONGEST_FINGERPRINT]
        if not data or not head.startswith("data:"):
            return self.url[:LONGEST_FINGERPRINT]
        return f"{head.removeprefix('data:')}:{hashlib.sha256(bytes_).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may ask for; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish that a function be called; `arguments` is JSON as the model wrote it, which may be none."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `role` is system, user, assistant or tool.

    `content` is text, or parts where there are images. `tool_calls` are an assistant's; `tool_call_id` says which of
    them a tool's message answers. `name` tells speakers of one role apart.
    """

    role: str
    content: str | tuple[TextPart | ImagePart, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None

    @property
    def text(self) -> str:
        """Everything but the images."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content if isinstance(part, TextPart))

    @property
    def images(self) -> tuple[ImagePart, ...]:
        """The images, in order."""
        if isinstance(self.content, str):
            return ()
        return tuple(part for part in self.content if isinstance(part, ImagePart))
