"""Files in the messages of a chat: what a tool of type vision calls `{{name}}` gives way to the file."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pressrun.api.chat_tools import VisionWish, Wish
from pressrun.errors import Code, PressrunError, Problem
from pressrun.knowledge import files
from pressrun.knowledge.files import File
from pressrun.knowledge.text import read_text
from pressrun.models.provider import ImagePart, Message, TextPart
from pressrun.organizations.keys import Key, Scope
from pressrun.store.store import Transaction
from pressrun.system import System

LARGEST_BYTES = 7 * 1024**2
"""Writer's own limit for a file that is shown."""


async def with_files(
    system: System, key: Key, wishes: tuple[Wish, ...], messages: tuple[Message, ...]
) -> tuple[Message, ...]:
    """The messages with images and texts in place of their names; raises PressrunError for a file that will not do."""
    named = {name: file_id for wish in wishes if isinstance(wish, VisionWish) for name, file_id in wish.variables}
    if not named:
        return messages
    if not key.allows(Scope.FILES_READ):
        raise PressrunError(Code.FORBIDDEN, f"a tool of type vision needs the scope {Scope.FILES_READ}")

    async def find(tx: Transaction) -> dict[str, File]:
        return {name: await files.find_or_fail(tx, key.organization_id, file_id) for name, file_id in named.items()}

    found = await system.store.read(find)
    parts = {name: await _part(system, file) for name, file in found.items()}
    return tuple(_filled(message, parts) if message.role == "user" else message for message in messages)


async def _part(system: System, file: File) -> TextPart | ImagePart:
    if file.size > LARGEST_BYTES:
        raise _refusal(f"{file.name} is larger than {LARGEST_BYTES:,} bytes, which is what one file may have")
    if file.media_type.startswith("image/"):
        data = b"".join([piece async for piece in system.blobs.read(file.blob)])
        return ImagePart.of(file.media_type, data)
    if not file.has_text:
        raise _refusal(f"{file.name} has no text: {file.error or f'it is {file.state}'}")
    return TextPart(await read_text(system.blobs, file))


def _filled(message: Message, parts: Mapping[str, TextPart | ImagePart]) -> Message:
    marks = re.compile(r"\{\{(" + "|".join(map(re.escape, parts)) + r")\}\}")
    whole = (TextPart(message.content),) if isinstance(message.content, str) else message.content
    content: list[TextPart | ImagePart] = []
    for part in whole:
        if isinstance(part, ImagePart):
            content.append(part)
            continue
        for place, piece in enumerate(marks.split(part.text)):  # every other piece is a name
            content += [parts[piece]] if place % 2 else [TextPart(piece)] if piece else []
    if all(isinstance(part, TextPart) for part in content):
        return replace(message, content="".join(part.text for part in content if isinstance(part, TextPart)))
    return replace(message, content=tuple(content))


def _refusal(message: str) -> PressrunError:
    return PressrunError(Code.INVALID, Problem(message, {"field": "tools"}))
