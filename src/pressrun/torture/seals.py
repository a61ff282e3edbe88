"""Nonces, and the answers that only the provider of the auditor can have given to them.

A nonce is `~word~unique~`: the word says how the provider behaves. Its answer is
`ANS:<HMAC of the nonce>:call=<serial><tail>`: the HMAC proves which input a result belongs to, the serial which call
made it.
"""

import hashlib
import hmac
import re

SECRET = b"known to the provider of the auditor alone"
NONCE = re.compile(r"~[a-z0-9]+~[A-Za-z0-9.-]+~")
ANSWER = re.compile(r"ANS:(?P<seal>[0-9a-f]{32}):call=(?P<serial>\d+)(?P<tail>.*)", re.DOTALL)

LONG_LINE = 1_000_000

TAILS = {
    "nul": " a\x00b",
    "surrogate": " lone \ud800 here",
    "emoji": " 👩🏽‍🚀 and 𝔘",
    "rtl": " עברית \u202eevil\u202c العربية",
    "ansi": " \x1b[31mred\x1b[0m \x1b]0;title\x07",
    "script": " </script><script>alert(1)</script> <!-- ]]>",
    "longline": " " + "x" * LONG_LINE,
    "controls": " \x01\x02\x7f\x85\u2028\u2029",
    "crlf": " a\r\nb\rc\n",
}
"""What hostile answers end in, by the word of the nonce."""


def nonce(word: str, unique: str) -> str:
    """A nonce on which the provider behaves as `word` says."""
    return f"~{word}~{unique}~"


def word_of(text: str) -> str:
    """The behaviour a nonce asks for."""
    return text.split("~")[1]


def find(text: str) -> str | None:
    """The nonce in a prompt; None when there is none."""
    found = NONCE.search(text)
    return found[0] if found else None


def seal(text: str) -> str:
    """The HMAC of a nonce."""
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()[:32]


def answer(text: str, serial: int) -> str:
    """The whole answer to a nonce."""
    return f"ANS:{seal(text)}:call={serial}{TAILS.get(word_of(text), '')}"


def serial_in(text: str, result: str) -> int | None:
    """Which call of the nonce made a result; None when the result is not exactly an answer to this nonce."""
    found = ANSWER.fullmatch(result)
    if found is None or found["seal"] != seal(text):
        return None
    # The documented substitution: what is stored must be UTF-8, so a lone surrogate becomes U+FFFD.
    tail = TAILS.get(word_of(text), "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return int(found["serial"]) if found["tail"] == tail else None
