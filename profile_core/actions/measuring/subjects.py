"""What a model measures of which response, and how what it finds is written."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from profile_core.store import factor_values
from profile_core.store.factor_values import Measure
from profile_core.store.responses import PromptedResponse
from profile_core.store.study import Cursor
from profile_core.text.spans import Locator
from profile_core.types import Factor


@dataclass(frozen=True, slots=True)
class Subject:
    """A response, and the factors that it lacks an up-to-date value of."""

    response: PromptedResponse
    lacks: frozenset[str]

    def lacking(self, factors: Sequence[Factor]) -> tuple[Factor, ...]:
        """Of some factors, those that it lacks and that are defined for its task."""
        return tuple(
            factor
            for factor in factors
            if factor.name in self.lacks and factor.applies(self.response.task)
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values of one extractor, each in the place of a stale one."""

    extractor: str
    measures: Mapping[str, Measure]
    run_id: str

    def put(
        self,
        cursor: Cursor,
        response_id: str,
        values: Mapping[str, tuple[float | None, str | None]],
    ) -> None:
        """Write values with their evidence; doing so twice changes nothing."""
        measures = [self.measures[name] for name in values]
        if not measures:
            return
        for name in values:
            cursor.execute(
                "DELETE FROM factor_value WHERE extractor = ? AND response_id = ? AND factor = ?",
                [self.extractor, response_id, name],
            )
        rows = [(response_id, name, value, evidence) for name, (value, evidence) in values.items()]
        factor_values.add(cursor, self.extractor, measures, rows, run_id=self.run_id)


def evidence(text: str, quotes: Sequence[str], reason: str) -> str:
    """Write what a value rests on: quotes, located in the text where they can be found."""
    locator = Locator(text)
    located = [(quote, locator.locate(quote)) for quote in quotes if quote.strip()]
    return json.dumps(
        {
            "spans": [[span.start, span.end] for _, span in located if span],
            "quotes": [quote for quote, _ in located],
            "not_found": [quote for quote, span in located if not span],
            "reason": reason,
        },
        ensure_ascii=False,
    )
