"""`pressrun models`: which models prompts may name."""

import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from pressrun.cli.client import ask, at
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, print_result, print_table, remark, say
from pressrun.money import nano_dollars, shown

TEST_S = 600.0
"""A model may take its time, and the embedded one may have to start first."""

PRICES = ("input_price", "output_price", "cached_input_price")


class Clearable(StrEnum):
    """What can be taken away from a model."""

    PRICES = "prices"
    ACCOUNT = "account"
    RPM = "rpm"
    TPM = "tpm"
    CONCURRENCY = "concurrency"


ModelName = Annotated[str, typer.Argument(metavar="NAME", help="The model's name, as prompts write it.")]


InputPrice = Annotated[str | None, typer.Option(metavar="USD", help="Dollars for a million tokens sent.")]
OutputPrice = Annotated[str | None, typer.Option(metavar="USD", help="Dollars for a million tokens received.")]
CachedInputPrice = Annotated[
    str | None, typer.Option(metavar="USD", help="Dollars for a million tokens sent that the provider had cached.")
]
Account = Annotated[str | None, typer.Option(help="Models with the same account share its limits; else its name.")]
Rpm = Annotated[int | None, typer.Option(min=1, help="Calls a minute that the provider allows.")]
Tpm = Annotated[int | None, typer.Option(min=1, help="Tokens a minute that the provider allows.")]
Vision = Annotated[bool | None, typer.Option("--vision/--no-vision", help="It takes images.")]


def add(
    name: ModelName,
    base_url: Annotated[str, typer.Option(help="Where it speaks OpenAI's format, for example https://host/v1.")],
    api_key_env: Annotated[
        str | None, typer.Option(metavar="VAR", help="The environment variable that holds the provider's key.")
    ] = None,
    model: Annotated[str | None, typer.Option(metavar="ID", help="The provider's own name for it.")] = None,
    default: Annotated[bool, typer.Option("--default", help="Answers prompts that name no model.")] = False,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Calls one process makes at once.")] = None,
    timeout_s: Annotated[int | None, typer.Option(min=1, help="Seconds one call may take.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a model of this name.")] = False,
    input_price: InputPrice = None,
    output_price: OutputPrice = None,
    cached_input_price: CachedInputPrice = None,
    account: Account = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    vision: Vision = None,
    as_json: AsJson = False,
) -> None:
    """Add a model of any provider that speaks OpenAI's format; its key is stored sealed and never shown again.

    Example: pressrun models add fast --base-url https://api.groq.com/openai/v1 --api-key-env GROQ_API_KEY --model
    llama-3.3-70b-versatile --default
    """
    body: dict[str, Any] = {
        "name": name,
        "base_url": base_url,
        "model_id": model,
        "api_key": None if api_key_env is None else _key(api_key_env),
        "default": default,
        "concurrency": concurrency,
        "timeout_s": timeout_s,
        "replace": replace,
        "input_price": input_price,
        "output_price": output_price,
        "cached_input_price": cached_input_price,
        "account": account,
        "rpm": rpm,
        "tpm": tpm,
        "vision": vision,
    }
    added = ask("POST", at("models"), {field: value for field, value in body.items() if value is not None})
    if as_json:
        print_json(added)
        return
    say(f"Added {added['name']}{', the default' if added['default'] else ''}.")
    remark(f"`pressrun models test {added['name']}` tries it.")


def _key(variable: str) -> str:
    key = os.environ.get(variable, "").strip()
    if not key:
        raise Failure(
            f"the environment variable {variable} is empty: set it to the provider's key, as in `export {variable}=…`",
            code=ExitCode.USAGE,
        )
    return key


def list_models(as_json: AsJson = False) -> None:
    """List the models that prompts may name.

    Example: pressrun models list
    """
    found = ask("GET", at("models"))
    if as_json:
        print_json(found)
        return
    print_table(
        ("Name", "Kind", "Default", "Provider's name", "Address", "Key", "Prices", "Limits", "From"),
        (
            (
                one["name"],
                one["kind"],
                "default" if one["default"] else "",
                one["model_id"],
                one["base_url"],
                "stored" if one["has_api_key"] else "",
                _prices(one),
                _limits(one),
                one["source"],
            )
            for one in found["models"]
        ),
        empty="There are no models: `pressrun models add NAME --base-url URL` adds one.",
    )
    for one in found["models"]:
        if one["held_back"]:
            remark(f"{one['name']} is held back for {one['held_back_s']:.0f} s: {one['held_back']}")


def _prices(model: dict[str, Any]) -> str:
    if model["price_source"] == "free":
        return "free"
    if model["input_price"] is None:
        return "unknown"
    return f"{shown(nano_dollars(model['input_price']))} in, {shown(nano_dollars(model['output_price']))} out"


def _limits(model: dict[str, Any]) -> str:
    limits = (("rpm", "calls/min"), ("tpm", "tokens/min"), ("concurrency", "at once"))
    told = [f"{model[name]:,} {what}" for name, what in limits if model[name] is not None]
    return ", ".join([*told, "takes images"] if model["vision"] else told)


def change(
    name: ModelName,
    input_price: InputPrice = None,
    output_price: OutputPrice = None,
    cached_input_price: CachedInputPrice = None,
    account: Account = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    vision: Vision = None,
    concurrency: Annotated[int | None, typer.Option(min=1, help="Calls at once, over all workers.")] = None,
    timeout_s: Annotated[int | None, typer.Option(min=1, help="Seconds one call may take.")] = None,
    clear: Annotated[
        list[Clearable] | None, typer.Option(help="Take one away: prices, account, rpm, tpm or concurrency; repeat.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change the prices and limits of a model, or whether it takes images; what is not named stays.

    Example: pressrun models set fast --input-price 0.15 --output-price 0.60 --rpm 500 --tpm 200000
    """
    given = {
        "input_price": input_price,
        "output_price": output_price,
        "cached_input_price": cached_input_price,
        "account": account,
        "rpm": rpm,
        "tpm": tpm,
        "vision": vision,
        "concurrency": concurrency,
        "timeout_s": timeout_s,
    }
    changes: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    for one in clear or []:
        changes |= dict.fromkeys(PRICES if one is Clearable.PRICES else (one.value,))
    if not changes:
        raise Failure("nothing to change: name a price, a limit or --vision, see --help", code=ExitCode.USAGE)
    changed = ask("PATCH", at("models", name), changes)
    if as_json:
        print_json(changed)
        return
    say(f"{changed['name']}: {_prices(changed)}{'; ' if _limits(changed) else ''}{_limits(changed)}")


def try_out(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The model; without a name, the default one.")
    ] = "default",
    as_json: AsJson = False,
) -> None:
    """Ask a model something short, and tell what came back and how fast.

    Example: pressrun models test smollm2-135m
    """
    trial = ask("POST", at("models", name, "test"), timeout_s=TEST_S)
    if as_json:
        print_json(trial)
        return
    print_result(trial["text"])
    remark(f"{trial['model']}: {trial['seconds']} s, {trial['usage']['completion_tokens']} tokens")


def remove(name: ModelName, as_json: AsJson = False) -> None:
    """Forget a model and its key; prompts that name it fail from now on.

    Example: pressrun models remove fast
    """
    removed = ask("DELETE", at("models", name))
    if as_json:
        print_json(removed)
    else:
        say(f"Removed {removed['id']}.")


def default(name: ModelName, as_json: AsJson = False) -> None:
    """Make a model answer the prompts that name none.

    Example: pressrun models default smollm2-135m
    """
    found = ask("POST", at("models", name, "default"))
    if as_json:
        print_json(found)
    else:
        say(f"{found['name']} is the default.")


COMMANDS = {"add": add, "set": change, "list": list_models, "test": try_out, "remove": remove, "default": default}
