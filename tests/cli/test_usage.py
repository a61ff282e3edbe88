"""`pressrun usage` and the prices of `pressrun models`."""

import csv
import io
import json

from tests.cli.conftest import Pressrun


def test_prices_and_limits_are_set_and_taken_away(pressrun: Pressrun, alias: str) -> None:
    added = pressrun("models", "add", alias, "--base-url", "http://127.0.0.1:1/v1", "--input-price", "0.15",
                     "--output-price", "0.6", "--rpm", "500")  # fmt: skip
    assert added.exit_code == 0, added.stderr
    changed = pressrun("models", "set", alias, "--tpm", "200000", "--cached-input-price", "0.075")
    assert changed.stdout == f"{alias}: $0.15 in, $0.60 out; 500 calls/min, 200,000 tokens/min\n"
    cleared = json.loads(pressrun("models", "set", alias, "--clear", "prices", "--clear", "rpm", "--json").stdout)
    assert (cleared["input_price"], cleared["rpm"], cleared["tpm"]) == (None, None, 200_000)
    assert f"{alias}: unknown" in pressrun("models", "set", alias, "--clear", "tpm").stdout
    assert "unknown" in pressrun("models", "list").stdout
    assert pressrun("models", "set", alias).exit_code == 2
    assert pressrun("models", "set", alias, "--input-price", "much").exit_code == 1


def test_usage_is_shown_as_a_table_as_csv_and_as_json(pressrun: Pressrun, agent: str) -> None:
    assert pressrun("run", agent, "Topic=hello").exit_code == 0
    found = json.loads(pressrun("usage", "--by", "agent", "--by", "model", "--json").stdout)
    assert found["group_by"] == ["agent", "model"]
    assert found["total"]["calls"] >= 1
    shown = pressrun("usage").stdout
    assert "Tokens in" in shown
    assert found["last_day"] in shown
    rows = list(csv.DictReader(io.StringIO(pressrun("usage", "--by", "model", "--csv").stdout)))
    assert sum(int(row["calls"]) for row in rows) >= found["total"]["calls"]
    assert {float(row["cost"]) for row in rows if row["model"] == "scripted"} == {0.0}
    assert pressrun("usage", "--from", "tomorrow").exit_code == 1
