"""Images in prompts: a mark stands for each while the prompt is filled, and gives way to the image when it is asked.

A mark holds 128 random bits that are made for one run, so nothing that anybody wrote can be one.
"""

import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

from pressrun.models.provider import Answer, ImagePart, Message, Provider, Question, TextPart


def new_mark(name: str) -> str:
    """What stands for an image in a text."""
    return f"[image {name} {secrets.token_hex(16)}]"


class Showing:
    """A provider that shows a model the images whose marks stand in its question."""

    def __init__(self, provider: Provider, images: Mapping[str, ImagePart]) -> None:
        self._provider = provider
        self._images = images
        self._marks = re.compile("(" + "|".join(map(re.escape, images)) + ")")

    async def complete(self, question: Question) -> Answer:
        """See Provider.complete."""
        return await self._provider.complete(self._shown(question))

    def stream(self, question: Question) -> AsyncIterator[str | Answer]:
        """See Provider.stream."""
        return self._provider.stream(self._shown(question))

    async def close(self) -> None:
        """See Provider.close."""
        await self._provider.close()

    def _shown(self, question: Question) -> Question:
        """System messages hold no images: what stands there goes before the first of the user."""
        messages: list[Message] = []
        moved: list[TextPart | ImagePart] = []
        for message in question.messages:
            parts = self._parts(message)
            if message.role == "system" and any(isinstance(part, ImagePart) for part in parts):
                moved += [part for part in parts if isinstance(part, ImagePart)]
                text = "".join(part.text for part in parts if isinstance(part, TextPart))
                messages.append(replace(message, content=text))
                continue
            if message.role == "user" and moved:
                parts, moved = [*moved, *parts], []
            changed = any(isinstance(part, ImagePart) for part in parts)
            messages.append(replace(message, content=tuple(parts)) if changed else message)
        return replace(question, messages=tuple(messages))

    def _parts(self, message: Message) -> list[TextPart | ImagePart]:
        whole = (TextPart(message.content),) if isinstance(message.content, str) else message.content
        parts: list[TextPart | ImagePart] = []
        for part in whole:
            if isinstance(part, ImagePart):
                parts.append(part)
                continue
            for piece in self._marks.split(part.text):
                if piece in self._images:
                    parts.append(self._images[piece])
                elif piece:
                    parts.append(TextPart(piece))
        return parts
