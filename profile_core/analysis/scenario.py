"""A scenario: which pairs, values, factors and sources a what-if is about, and how pairs weigh.

Only values and their JSON form, which is what an address, a saved scenario and the command's
output carry. What a scenario does to a study is `scenario_pairs`' and `what_if`'s business.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from profile_core.analysis import conditions
from profile_core.errors import ProfileError
from profile_core.text import numbers
from profile_core.types import LabelSet, Variant

_Member = TypeVar("_Member", LabelSet, Variant)

_KEYS = ("where", "labels", "equalise", "drop", "sources", "variant", "weights")
_EXAMPLE = '{"where": "task = \'summarization\'", "equalise": [{"factor": "length", "band": 5}]}'


@dataclass(frozen=True, slots=True)
class Equalised:
    """A factor that both responses are to have alike."""

    factor: str
    band: float | None = None
    """Matched: pairs whose values differ by at most so much. None is modelled: the difference is
    set to 0 in a conditional model."""

    @property
    def is_matched(self) -> bool:
        """Whether pairs are chosen, rather than predicted."""
        return self.band is not None

    def __str__(self) -> str:
        return self.factor if self.band is None else f"{self.factor}:{_plain(self.band)}"


@dataclass(frozen=True, slots=True)
class Weights:
    """Multipliers of pairs by the value of a column; values that are not named weigh 1."""

    column: str
    of: tuple[tuple[str, float], ...]
    """Values and their multipliers, in the order given."""

    def __str__(self) -> str:
        return f"{self.column}=" + ",".join(f"{value}:{_plain(w)}" for value, w in self.of)


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is asked; without any field it is the study as it stands."""

    where: str | None = None
    """A filter over the pair view."""
    labels: LabelSet = LabelSet.AUTOMATIC
    equalised: tuple[Equalised, ...] = ()
    dropped: tuple[str, ...] = ()
    """Factors that leave the table, the model and the alignment."""
    sources: tuple[str, ...] = ()
    """None named means all."""
    variant: Variant = Variant.TAU14
    weights: Weights | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, whoever wrote it."""
        if self.where is not None and not self.where.strip():
            object.__setattr__(self, "where", None)
        twice = _first_twice(item.factor for item in self.equalised)
        if twice:
            raise ProfileError(f"the factor {twice!r} is equalised twice: name it once")
        for item in self.equalised:
            if item.band is not None and not (item.band >= 0 and math.isfinite(item.band)):
                raise ProfileError(
                    f"the band of {item.factor!r} is {item.band}: it must be 0 or more"
                )
            if item.factor in self.dropped:
                raise ProfileError(
                    f"the factor {item.factor!r} is both equalised and dropped: choose one"
                )
        if self.weights:
            _check_weights(self.weights)

    @property
    def matched(self) -> tuple[Equalised, ...]:
        """Equalised by keeping pairs within a band."""
        return tuple(item for item in self.equalised if item.is_matched)

    @property
    def modelled(self) -> tuple[str, ...]:
        """Factors whose differences are set to 0 in a conditional model."""
        return tuple(item.factor for item in self.equalised if not item.is_matched)

    @property
    def is_plain(self) -> bool:
        """Whether it is the study as it stands."""
        return self == Scenario()

    def with_(self, **changes: Any) -> Scenario:
        """Give a scenario with some fields changed."""
        return replace(self, **changes)


def as_record(scenario: Scenario) -> dict[str, Any]:
    """Write a scenario as a JSON object; fields that say nothing are left out."""
    record: dict[str, Any] = {
        "where": scenario.where,
        "labels": None if scenario.labels is LabelSet.AUTOMATIC else scenario.labels.value,
        "equalise": [
            {"factor": item.factor} | ({} if item.band is None else {"band": item.band})
            for item in scenario.equalised
        ],
        "drop": list(scenario.dropped),
        "sources": list(scenario.sources),
        "variant": None if scenario.variant is Variant.TAU14 else scenario.variant.value,
        "weights": scenario.weights
        and {"column": scenario.weights.column, "of": dict(scenario.weights.of)},
    }
    return {key: value for key, value in record.items() if value}


def to_json(scenario: Scenario) -> str:
    """Write a scenario as JSON: short, and the same for equal scenarios."""
    return json.dumps(as_record(scenario), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Scenario:
    """Read what `to_json` writes; raises ProfileError with the place and an example."""
    try:
        record = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ProfileError(f"the scenario is not JSON ({error}); an example: {_EXAMPLE}") from None
    return from_record(record)


def from_record(record: object) -> Scenario:
    """Read the JSON object of a scenario; raises ProfileError."""
    if not isinstance(record, dict):
        raise ProfileError(f"a scenario is a JSON object, such as {_EXAMPLE}")
    for key in record:
        if key not in _KEYS:
            raise ProfileError(
                f"a scenario has no field {key!r}: it may have {numbers.listed(list(_KEYS))}"
            )
    weights = record.get("weights")
    return Scenario(
        where=None if record.get("where") is None else _text(record["where"], "where"),
        labels=_member(LabelSet, record.get("labels") or LabelSet.AUTOMATIC, "labels"),
        equalised=tuple(_equalised(item) for item in _list(record, "equalise")),
        dropped=tuple(_text(item, "drop") for item in _list(record, "drop")),
        sources=tuple(_text(item, "sources") for item in _list(record, "sources")),
        variant=_member(Variant, record.get("variant") or Variant.TAU14, "variant"),
        weights=_weights(weights) if weights else None,
    )


def parse_equalised(text: str) -> Equalised:
    """Read `FACTOR` (modelled) or `FACTOR:BAND` (matched); raises ProfileError."""
    factor, colon, band = text.rpartition(":")
    number = _number(band)
    if not colon or number is None:
        return Equalised(text.strip())
    return Equalised(factor.strip(), number)


def parse_weights(text: str) -> Weights:
    """Read `COLUMN=VALUE:W,VALUE:W,...`; a value may hold commas and colons; raises ProfileError.

    A comma ends an entry only after `:NUMBER`.
    """
    column, sign, entries = text.partition("=")
    found: list[tuple[str, float]] = []
    pending = ""
    for part in entries.split(","):
        pending = f"{pending},{part}" if pending else part
        value, colon, weight = pending.rpartition(":")
        number = _number(weight)
        if colon and number is not None:
            found.append((value.strip(), number))
            pending = ""
    if not sign or not column.strip() or pending.strip() or not found:
        raise ProfileError(
            f"weights are COLUMN=VALUE:W,VALUE:W,... such as task=summarization:2; found {text!r}"
        )
    return Weights(column.strip(), tuple(found))


def in_words(scenario: Scenario) -> str:
    """Say what a scenario is, as the state line of a page or report says it."""
    parts = [conditions.in_words(scenario.where)] if scenario.where else []
    if scenario.labels is not LabelSet.AUTOMATIC:
        parts.append(f"{scenario.labels.value} labels")
    parts += [
        f"{item.factor} matched within {_plain(item.band)}"
        for item in scenario.matched
        if item.band is not None
    ]
    if scenario.modelled:
        parts.append(f"{numbers.listed(list(scenario.modelled))} held equal by a model")
    if scenario.dropped:
        parts.append(f"without {numbers.listed(list(scenario.dropped))}")
    if scenario.sources:
        parts.append(f"only {numbers.listed(list(scenario.sources))}")
    if scenario.variant is not Variant.TAU14:
        parts.append(f"as {scenario.variant.value}")
    if scenario.weights:
        named = ", ".join(f"{value} × {_plain(w)}" for value, w in scenario.weights.of)
        parts.append(f"weighted by {scenario.weights.column} ({named})")
    return "; ".join(parts) or "everything as it is"


def _check_weights(weights: Weights) -> None:
    twice = _first_twice(value for value, _ in weights.of)
    if twice is not None:
        raise ProfileError(f"the weight of {weights.column} = {twice!r} is given twice")
    for value, weight in weights.of:
        if not (weight >= 0 and math.isfinite(weight)):
            raise ProfileError(
                f"the weight of {weights.column} = {value!r} is {weight}: it must be 0 or more"
            )


def _first_twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _equalised(item: object) -> Equalised:
    if isinstance(item, str):
        return Equalised(item)
    if not isinstance(item, dict) or set(item) - {"factor", "band"}:
        raise ProfileError('each of "equalise" is an object with "factor" and perhaps "band"')
    band = item.get("band")
    if band is not None and (isinstance(band, bool) or not isinstance(band, int | float)):
        raise ProfileError(f'a "band" is a number; found {band!r}')
    return Equalised(_text(item.get("factor"), "equalise"), None if band is None else float(band))


def _weights(record: object) -> Weights:
    of = record.get("of") if isinstance(record, dict) else None
    if not isinstance(record, dict) or not isinstance(of, Mapping) or not of:
        raise ProfileError('"weights" is an object with "column" and "of", a value: weight object')
    for value, weight in of.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ProfileError(f"the weight of {value!r} is not a number: {weight!r}")
    return Weights(
        _text(record.get("column"), "weights"),
        tuple((str(value), float(weight)) for value, weight in of.items()),
    )


def _list(record: Mapping[str, Any], key: str) -> list[object]:
    found = record.get(key) or []
    if not isinstance(found, list):
        raise ProfileError(f"{key!r} of a scenario is a list; found {found!r}")
    return found


def _text(value: object, key: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ProfileError(f"{key!r} of a scenario is text; found {value!r}")
    return value


def _member(kind: type[_Member], value: object, key: str) -> _Member:
    try:
        return kind(str(value))
    except ValueError:
        known = numbers.listed([item.value for item in kind], "or")
        raise ProfileError(f"{key!r} of a scenario is {known}; found {value!r}") from None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _plain(number: float) -> str:
    return f"{number:g}"
