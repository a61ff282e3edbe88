"""What a file would cost, asked before anything is run."""

from typing import Any

from pressrun.cli.batch_upload import upload
from pressrun.cli.batch_words import money, span
from pressrun.cli.client import at, with_server
from pressrun.cli.printing import print_json, remark, say

MOST_SHOWN = 20


def estimated(agent: str, file: str, query: dict[str, object], *, as_json: bool) -> None:
    """Print rows, tokens, price and time of a file that is sent but not run; raises Failure."""
    path = at("applications", agent, "batches", "estimate")
    found: dict[str, Any] = with_server(lambda server: upload(server, path, file, query))
    if as_json:
        print_json(found)
    else:
        _describe(found)


def _describe(found: dict[str, Any]) -> None:
    encoding = f", {found['encoding']}" if found["encoding"] else ""
    say(f"File      {found['format'].upper()}{encoding}, {len(found['columns']):,} columns")
    for name, columns in found["inputs"].items():
        say(f"Input     {name}: {'column ' + ', '.join(columns) if columns else 'no column'}")
    same = found["rows"] - found["bad_rows"] - found["distinct_rows"]
    shared = f", {same:,} share the answer of another" if same else ""
    say(f"Rows      {found['rows']:,}: {found['distinct_rows']:,} to ask{shared}, {found['bad_rows']:,} bad")
    say(f"Tokens    {found['prompt_tokens']:,} in")
    cost = found["cost"]
    same_price = cost["low"] == cost["high"]
    say(f"Cost      {money(cost['low']) if same_price else money(cost['low']) + ' to ' + money(cost['high'])}")
    say(f"At most   {money(cost['most'])}")
    say(f"Time      {span(found['duration_s']) or 'not known'}")
    for one in found["problems"][:MOST_SHOWN]:
        column = f", column {one['column']}" if one["column"] else ""
        say(f"Bad row   {one['row']:,}{column}: {one['reason']}", style="red")
    for reason in found["unbounded"]:
        remark(f"no highest cost: {reason}")
    if found["bad_rows"] and found["distinct_rows"]:
        remark("a file with bad rows is refused: correct them, or run the others with --skip-bad")
    remark("nothing was run; --sample 5 runs five rows first and tells what they cost")
