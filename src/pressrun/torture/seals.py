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
    "blanks": " \t \u00a0\u2003\u3000 ",
    "lines": "\n\n\nlast\n\n",
    "nuls": "\x00" * 40,
    "lowhalf": " low \udc00 here",
    "turned": " turned \udc00\ud800 here",
    "manyhalves": " \ud83d" * 20,
    "highend": " \U0010ffff \ue000 \ufffe \uffff",
    "bom": "\ufeffafter a mark\ufeff",
    "combining": " Z" + "\u0300\u0316\u0489" * 60,
    "composed": " \u00e9 e\u0301 \u212b \u00c5 \ufb01",
    "joined": " a\u200bb\u200cc\u200dd\u2060e\u00adf",
    "flags": " 🇨🇭🏴\U000e0067\U000e0062\U000e007f👨‍👩‍👧‍👦",
    "scripts": " Ελλ Кир 漢字 かな 한글 ไทย हिन्दी",
    "escaped": " \\u0000 \\n \\x00 %00 &#0; &amp;",
    "quotes": ' " \' ` \\ / \\" «»',
    "json": ' {"suggestion": null, "results": [1e400, NaN]}',
    "template": " {{Nonce}} @Nonce @{Nonce} {answer} {{answer}} ${x} %s {0}",
    "sql": " '; DROP TABLE jobs; -- \\'",
    "csv": ' =1+1,+cmd|"/C calc"!A0,@SUM(A1)\t-1',
    "yaml": "\n---\n- &a !!python/object:os.system [*a]\n...",
    "sse": "\n\ndata: [DONE]\n\nevent: error\n",
    "log": "\n2026-01-01T00:00:00Z level=error msg=forged\x1b[2J",
    "words": " word" * 20_000,
    "longword": " \u6f22" * 100_000,
    "astral": " " + "😀" * 50_000,
    "mixed": " a\x00\ud800\r\n\u2028😀\x1b[0m</script>{{Nonce}}",
    "digits": " " + "9" * 5_000,
    "deep": " " + "[" * 20_000,
    "tags": "<think>no</think> <|im_end|> [INST] </s>",
    "paths": " ../../etc/passwd C:\\Windows file:///etc/passwd",
    "last": " ",
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
