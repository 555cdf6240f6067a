"""Factors from files: the taxonomies that ship, and those of users.

Owns the file format (TOML: `taxonomy = "name"`, then one `[[factor]]` table each) and its checks.
Storing factors and their versions is the study's business.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from profile_core.errors import ProfileError
from profile_core.types import Factor, FactorKind

BUILTIN_TAXONOMIES = ("profile", "dissection", "surface")
"""Stems of the files that ship, in order of display; `surface` holds the taxonomy `rules`."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_NEEDS = ("response", "prompt", "source")
_REQUIRED = ("name", "title", "kind", "definition", "higher_means")
_TEXTS = ("title", "definition", "level_1", "level_2", "unit", "higher_means", "stands_for")
_FIELDS = (*_TEXTS, "name", "kind", "applies_to", "needs", "version")


@cache
def builtin_factors() -> tuple[Factor, ...]:
    """Return the factors of all taxonomies that ship; names are unique over all of them."""
    folder = files("profile_core.factors") / "taxonomies"
    found = [
        factor
        for stem in BUILTIN_TAXONOMIES
        for factor in parse(
            (folder / f"{stem}.toml").read_text(encoding="utf-8"), f"{stem}.toml", check_links=False
        )
    ]
    _check_unique(found, "the taxonomies")
    _check_links(found, {factor.name for factor in found}, "the taxonomies")
    return tuple(found)


def load_file(path: Path | str) -> tuple[Factor, ...]:
    """Return the factors of a user's taxonomy file.

    Raises ProfileError naming the file, the factor and the field where it cannot be used.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProfileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, place: str, *, check_links: bool = True) -> tuple[Factor, ...]:
    """Return the factors of a taxonomy's text; `place` is what errors call it.

    `stands_for` must name a factor of the same text or one that ships, unless `check_links` is
    off. Raises ProfileError naming place, factor and field.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{place}: is not valid TOML: {error}") from error
    unknown = data.keys() - {"taxonomy", "factor"}
    if unknown:
        raise ProfileError(f"{place}: unknown entry {min(unknown)!r}; allowed: taxonomy, factor")
    taxonomy = data.get("taxonomy")
    if not isinstance(taxonomy, str) or not _NAME.fullmatch(taxonomy):
        raise ProfileError(
            f"{place}: field 'taxonomy' must be a lower-case name such as 'my_study'"
        )
    tables = data.get("factor")
    if not isinstance(tables, list) or not tables:
        raise ProfileError(f"{place}: has no factors; add one [[factor]] table for each")
    found = [
        _factor(table, taxonomy, place, number) for number, table in enumerate(tables, start=1)
    ]
    _check_unique(found, place)
    if check_links:
        shipped = {factor.name for factor in builtin_factors()}
        _check_links(found, shipped | {factor.name for factor in found}, place)
    return tuple(found)


def _factor(table: object, taxonomy: str, place: str, number: int) -> Factor:
    if not isinstance(table, Mapping):
        raise ProfileError(f"{place}, factor {number}: must be a [[factor]] table")
    name = table.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ProfileError(
            f"{place}, factor {number}, field 'name': found {name!r}; expected lower-case letters,"
            " digits and underscores, beginning with a letter, at most 63"
        )
    where = f"{place}, factor {name!r}"
    for field in table:
        if field not in _FIELDS:
            raise ProfileError(f"{where}: unknown field {field!r}; allowed: {', '.join(_FIELDS)}")
    for field in _REQUIRED:
        if field not in table:
            raise ProfileError(f"{where}: field {field!r} is missing")
    texts = {field: _text(table[field], where, field) for field in _TEXTS if field in table}
    stands_for = texts.pop("stands_for", None)
    return Factor(
        name=name,
        title=texts.pop("title"),
        kind=_kind(table["kind"], where),
        definition=texts.pop("definition"),
        taxonomy=taxonomy,
        applies_to=_names(table.get("applies_to", []), where, "applies_to"),
        needs=_needs(table.get("needs", ["response"]), where),
        version=_version(table.get("version", 1), where),
        stands_for=stands_for,
        **texts,
    )


def _text(value: object, where: str, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ProfileError(f"{where}, field {field!r}: found {value!r}; expected text, not empty")
    return " ".join(value.split())


def _kind(value: object, where: str) -> FactorKind:
    known = [kind.value for kind in FactorKind]
    if not isinstance(value, str) or value not in known:
        raise ProfileError(
            f"{where}, field 'kind': found {value!r}; expected one of {', '.join(known)}"
        )
    return FactorKind(value)


def _names(value: object, where: str, field: str) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or not all(isinstance(item, str) and item.strip() for item in value)
        or len(set(value)) < len(value)
    ):
        raise ProfileError(
            f"{where}, field {field!r}: found {value!r}; expected a list of different names"
        )
    return tuple(value)


def _needs(value: object, where: str) -> tuple[str, ...]:
    found = _names(value, where, "needs")
    if "response" not in found or not set(found) <= set(_NEEDS):
        raise ProfileError(
            f"{where}, field 'needs': found {value!r}; expected 'response' and, where it is looked"
            " at, 'prompt' and 'source'"
        )
    return found


def _version(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ProfileError(
            f"{where}, field 'version': found {value!r}; expected a whole number from 1"
        )
    return value


def _check_unique(found: Iterable[Factor], place: str) -> None:
    seen: set[str] = set()
    for factor in found:
        if factor.name in seen:
            raise ProfileError(
                f"{place}, factor {factor.name!r}, field 'name': is there twice; rename one"
            )
        seen.add(factor.name)


def _check_links(found: Iterable[Factor], known: set[str], place: str) -> None:
    for factor in found:
        if factor.stands_for is not None and factor.stands_for not in known:
            raise ProfileError(
                f"{place}, factor {factor.name!r}, field 'stands_for': no factor is named"
                f" {factor.stands_for!r}"
            )
