"""Keys and addresses of models: from the environment or `.streamlit/secrets.toml`, nowhere else.

A key is held as a `Secret`, which shows itself to nobody, and goes to its own provider's host
alone. An address comes from configuration by a name, never from a page.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from profile_core.errors import ProfileError
from profile_core.judges.spec import ModelSpec, Provider

SECRETS_FILE = Path(".streamlit/secrets.toml")
_KEY_VARIABLES = {Provider.OPENAI: "OPENAI_API_KEY", Provider.ANTHROPIC: "ANTHROPIC_API_KEY"}
_NO_KEY = "none"
"""What a server that asks for no key is sent; the SDK insists on one."""


class MissingKey(ProfileError):
    """No key or address is configured for a model."""


class Secret:
    """A key. It cannot be printed, logged, pickled or compared; `reveal` is for the SDK alone."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    def reveal(self) -> str:
        """Give the key to the client that sends it."""
        return self._key

    def hidden_in(self, text: str) -> str:
        """Take the key out of a text, such as an error that a server sent back."""
        return text.replace(self._key, "***") if len(self._key) > len(_NO_KEY) else text

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is reached, and with which key."""

    base_url: str | None
    """None: the provider's own host, as its SDK knows it."""
    key: Secret


def find(
    spec: ModelSpec,
    environ: Mapping[str, str] | None = None,
    secrets_file: Path = SECRETS_FILE,
) -> Endpoint:
    """Find a model's address and key; raises MissingKey with what to set and where."""
    environ = os.environ if environ is None else environ
    if spec.provider is Provider.COMPATIBLE:
        return _compatible(spec, environ, secrets_file)
    variable = _KEY_VARIABLES[spec.provider]
    key = environ.get(variable) or _text(_secrets(secrets_file), variable, secrets_file)
    if not key:
        raise MissingKey(
            f"there is no key for {spec}: set {variable} in the environment, or write "
            f'`{variable} = "…"` in {SECRETS_FILE}'
        )
    return Endpoint(None, Secret(key.strip()))


def endpoints(
    environ: Mapping[str, str] | None = None, secrets_file: Path = SECRETS_FILE
) -> tuple[str, ...]:
    """Name the compatible servers that are configured, for a list to choose from."""
    environ = os.environ if environ is None else environ
    prefix, suffix = "PROFILE_ENDPOINT_", "_URL"
    named = {
        name.removeprefix(prefix).removesuffix(suffix).lower()
        for name, value in environ.items()
        if name.startswith(prefix) and name.endswith(suffix) and value
    }
    return tuple(sorted(named | _tables(secrets_file).keys()))


def _compatible(spec: ModelSpec, environ: Mapping[str, str], secrets_file: Path) -> Endpoint:
    name = (spec.endpoint or "").lower()
    stem = f"PROFILE_ENDPOINT_{name.upper().replace('-', '_')}"
    table = _tables(secrets_file).get(name, {})
    url = environ.get(f"{stem}_URL") or _text(table, "url", secrets_file)
    if not url:
        known = ", ".join(endpoints(environ, secrets_file)) or "none yet"
        raise MissingKey(
            f"no endpoint is configured under {name!r} (configured: {known}): set {stem}_URL, and "
            f"{stem}_KEY if it asks for one, or write `[endpoints.{name}]` with `url` and `key` "
            f"in {SECRETS_FILE}"
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ProfileError(
            f"the address of the endpoint {name!r} is no http(s) address; "
            "write it like http://127.0.0.1:8080/v1"
        )
    key = environ.get(f"{stem}_KEY") or _text(table, "key", secrets_file) or _NO_KEY
    return Endpoint(url.rstrip("/"), Secret(key.strip()))


def _secrets(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # The message of a parser may quote the line, which may hold a key.
        raise ProfileError(f"{path} cannot be read as TOML: {type(error).__name__}") from None


def _tables(path: Path) -> dict[str, Mapping[str, Any]]:
    found = _secrets(path).get("endpoints", {})
    if not isinstance(found, Mapping):
        raise ProfileError(f"{path}: write endpoints as tables, `[endpoints.NAME]`")
    return {str(name).lower(): table for name, table in found.items() if isinstance(table, Mapping)}


def _text(table: Mapping[str, Any], name: str, path: Path) -> str | None:
    value = table.get(name)
    if value is not None and not isinstance(value, str):
        raise ProfileError(f"{path}: {name} must be text in quotation marks")
    return value
