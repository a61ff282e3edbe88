"""Every setting: a flag beats `PRESSRUN_*` in the environment, that beats `.env`, that beats `pressrun.toml`.

docs/operating.md lists them all, and a test holds the two together.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pressrun.outgoing.address import PORTS, read_networks

SHORTEST_KEEP_DAYS = 4


def default_data_dir() -> Path:
    """Where data goes when nobody says: the XDG data directory of the user."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "pressrun"


def _long_enough(days: int) -> int:
    if 0 < days < SHORTEST_KEEP_DAYS:
        raise ValueError(
            f"keep jobs for {SHORTEST_KEEP_DAYS} days at least: idempotency keys and webhooks refer to them"
        )
    return days


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    read_networks(texts)
    return texts


def _address(text: str | None) -> str | None:
    if text is None:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("write it as https://pressrun.example, without a path")
    return f"{parts.scheme}://{parts.netloc}"


def _bucket(text: str | None) -> str | None:
    if text is not None and (urlsplit(text).scheme != "s3" or not urlsplit(text).netloc):
        raise ValueError("write it as s3://BUCKET or s3://BUCKET/PREFIX")
    return text


class Settings(BaseSettings):
    """What can be set; durations in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(
        env_prefix="PRESSRUN_", env_file=".env", toml_file="pressrun.toml", extra="ignore", frozen=True
    )

    host: Annotated[str, Field(description="address the API listens on")] = "127.0.0.1"
    expose: Annotated[bool, Field(description="listen on an address that other machines reach")] = False
    port: Annotated[int, Field(ge=0, le=65535, description="port the API listens on; 0 takes a free one")] = 8484
    data_dir: Annotated[
        Path, Field(default_factory=default_data_dir, description="folder of the embedded database, keys and secrets")
    ]
    database_url: Annotated[
        str | None, Field(description="postgresql://… or sqlite:///PATH; by default pressrun.db in the data folder")
    ] = None
    workers: Annotated[int, Field(ge=0, le=64, description="worker processes that `serve` and `work` start")] = 1
    concurrency: Annotated[int, Field(ge=1, le=10_000, description="jobs one worker process runs at once")] = 200
    lease_s: Annotated[
        float, Field(ge=1, le=600, description="silence after which a worker is held to be dead and its jobs are freed")
    ] = 30.0
    grace_s: Annotated[
        float, Field(ge=0, le=3600, description="time running jobs get to finish when a worker is asked to stop")
    ] = 30.0
    keep_jobs_days: Annotated[
        int,
        AfterValidator(_long_enough),
        Field(ge=0, description="days after its end until a job is deleted; 0: never"),
    ] = 90
    keep_events_days: Annotated[
        int, Field(ge=0, description="days after its end until a job's timeline is deleted; 0: with the job")
    ] = 30
    drain_s: Annotated[
        float,
        Field(
            ge=0, le=600, description="how long a stopping API still answers, while `/readyz` sends balancers elsewhere"
        ),
    ] = 0.0
    ballast_bytes: Annotated[
        int, Field(ge=0, description="reserve beside the SQLite file for the day its disk is full; 0 keeps none")
    ] = 16_777_216
    max_body_bytes: Annotated[int, Field(ge=1024, description="largest request body")] = 10_000_000
    max_batch_bytes: Annotated[int, Field(ge=1024, description="largest file of rows")] = 4_000_000_000
    max_file_bytes: Annotated[int, Field(ge=1024, description="largest file that can be uploaded")] = 100_000_000
    max_stored_bytes: Annotated[
        int, Field(ge=0, description="bytes of uploaded files that an organization may keep")
    ] = 20_000_000_000
    files_url: Annotated[
        str | None,
        AfterValidator(_bucket),
        Field(description="s3://BUCKET/PREFIX that keeps uploaded files; by default a folder in the data folder"),
    ] = None
    s3_endpoint: Annotated[str | None, Field(description="address of an S3-compatible server; by default Amazon's")] = (
        None
    )
    s3_region: Annotated[str | None, Field(description="region of the bucket; by default that of AWS_REGION")] = None
    s3_access_key_id: Annotated[
        str | None, Field(description="key that opens the bucket; by default what Amazon's tools would take")
    ] = None
    s3_secret_access_key: Annotated[SecretStr | None, Field(description="the secret of that key")] = None
    max_queued_jobs: Annotated[
        int, Field(ge=0, description="jobs an organization may have waiting; its own limit can only be lower")
    ] = 1_000_000
    max_queued_jobs_total: Annotated[
        int | None, Field(ge=0, description="jobs of all organizations together that may be waiting")
    ] = None
    max_connections: Annotated[
        int, Field(ge=10, le=100_000, description="connections one API process holds open; the silent ones make room")
    ] = 4000
    allowed_hosts: Annotated[
        tuple[str, ...],
        Field(description="further names the API may be called by (JSON list), as a defence against DNS rebinding"),
    ] = ()
    public_url: Annotated[
        str | None,
        AfterValidator(_address),
        Field(description="where browsers find the server behind its proxy, as https://pressrun.example"),
    ] = None
    trusted_proxies: Annotated[
        tuple[str, ...],
        AfterValidator(_networks),
        Field(description="networks of proxies whose X-Forwarded-For is believed (JSON list of CIDR)"),
    ] = ()
    session_idle_s: Annotated[
        int, Field(ge=60, le=31_536_000, description="silence after which somebody is signed out of the studio")
    ] = 43_200
    session_s: Annotated[
        int, Field(ge=60, le=31_536_000, description="how long a session of the studio lasts at most")
    ] = 604_800
    webhook_ports: Annotated[
        tuple[int, ...], Field(description="ports of public hosts that webhooks may be sent to (JSON list)")
    ] = PORTS
    webhook_private_networks: Annotated[
        tuple[str, ...],
        AfterValidator(_networks),
        Field(description="private networks that webhooks may be sent to, at any port (JSON list of CIDR)"),
    ] = ()
    fetch_private_networks: Annotated[
        tuple[str, ...],
        AfterValidator(_networks),
        Field(description="private networks that URLs given as files may lead to, at any port (JSON list of CIDR)"),
    ] = ()
    generate_timeout_s: Annotated[
        float, Field(ge=1, le=175, description="longest synchronous generation; clients give up at 180")
    ] = 170.0
    keep_alive_s: Annotated[
        float, Field(ge=1, le=600, description="silence after which a stream of events says that it lives")
    ] = 15.0
    url: Annotated[
        str | None, Field(description="where the command line finds the server; by default the local one")
    ] = None
    api_key: Annotated[
        SecretStr | None, Field(description="the key the command line uses; by default the local admin key")
    ] = None
    secret_key: Annotated[
        SecretStr | None,
        Field(
            description="base64 of the 32 bytes that seal stored secrets, former keys after it; else a file in data_dir"
        ),
    ] = None
    local_model: Annotated[
        Path | None, Field(description="a GGUF file to serve as the embedded model in place of SmolLM2")
    ] = None
    web_pages: Annotated[bool, Field(description="graphs may take in pages of the web, which workers fetch")] = False
    embedder: Annotated[
        Literal["auto", "minilm", "wordllama", "none"],
        Field(description="what search by meaning runs on; auto takes the best that is installed, none searches words"),
    ] = "auto"
    script: Annotated[
        Path | None, Field(description="file with the answers of the `scripted` model; without it, it echoes")
    ] = None
    unknown_model_to_default: Annotated[
        bool, Field(description="answer for model names nobody configured with the default model")
    ] = False
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="least severe log line")] = (
        "info"
    )
    log_format: Annotated[Literal["json", "console"], Field(description="log lines for machines or for people")] = (
        "json"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic-settings' own signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, .env, TOML, in this order."""
        return init_settings, env_settings, dotenv_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def store_url(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir.expanduser().absolute() / 'pressrun.db'}"

    @property
    def blobs_dir(self) -> Path:
        """Where files are kept that were uploaded."""
        return self.data_dir.expanduser().absolute() / "files"

    @property
    def credentials_file(self) -> Path:
        """Where the first start leaves its address and admin key for the command line, readable by its owner alone."""
        return self.data_dir.expanduser().absolute() / "credentials.json"

    @property
    def secret_key_file(self) -> Path:
        """Where the key that seals secrets is kept when none is given."""
        return self.data_dir.expanduser().absolute() / "secret.key"

    def environment(self) -> dict[str, str]:
        """The settings as the environment of a child process."""
        values = self.model_dump(mode="json", exclude_none=True)
        for name in ("api_key", "secret_key", "s3_secret_access_key"):
            secret: SecretStr | None = getattr(self, name)
            if secret is not None:
                values[name] = secret.get_secret_value()
        for name in (
            "allowed_hosts",
            "trusted_proxies",
            "webhook_ports",
            "webhook_private_networks",
            "fetch_private_networks",
        ):
            values[name] = json.dumps(values[name])
        return {f"PRESSRUN_{name.upper()}": str(value) for name, value in values.items()}
