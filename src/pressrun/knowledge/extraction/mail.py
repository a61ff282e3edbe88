"""Text of an e-mail: who wrote to whom about what, and what they wrote; attachments are named, not read."""

from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from typing import IO

from pressrun.knowledge.extraction.limits import MOST_ENTRIES, ParseLimitError
from pressrun.knowledge.extraction.plain import whole
from pressrun.knowledge.extraction.web import html_text
from pressrun.knowledge.text_sections import Section

TOLD = ("From", "To", "Cc", "Date", "Subject")


def mail_sections(file: IO[bytes]) -> Iterator[Section]:
    """The message as one section."""
    message = BytesParser(policy=policy.default).parse(file)
    assert isinstance(message, EmailMessage)
    lines = [f"{name}: {message[name]}" for name in TOLD if message[name] is not None]
    for number, _part in enumerate(message.walk()):
        if number > MOST_ENTRIES:
            raise ParseLimitError(f"the message has more than {MOST_ENTRIES:,} parts")
    body = message.get_body(preferencelist=("plain", "html"))
    text = "" if body is None else _text_of(body)
    attached = [name for part in message.iter_attachments() if (name := part.get_filename())]
    lines += [f"Attached: {', '.join(attached)}"] if attached else []
    yield Section(whole("\n".join(lines) + "\n\n" + text.strip()))


def _text_of(part: MIMEPart) -> str:
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # an encoding that nobody knows
        raw = part.get_payload(decode=True)
        content = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    text = content if isinstance(content, str) else ""
    return html_text(text)[1] if part.get_content_type() == "text/html" else text
