"""What an importer hands to the study: rows by kind, with ids made and repeats folded here.

A `Batch` is a part of one file. It checks what can be checked without the study (the same id
with two contents); `store.writing` checks the rest against what the study holds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from profile_core.errors import ImportRefused
from profile_core.store.ids import content_id
from profile_core.types import Choice, Factor, Order, Setting, SourceKind, VerdictStatus

Row = tuple[object, ...]
"""Plain values only, no members of enumerations: the garbage collector passes over such tuples,
and at a million rows it would take a third of the time otherwise."""


def source_id(kind: SourceKind, name: str) -> str:
    """Identify a source: `claude` may be a judge and a generator."""
    return f"{kind}:{name}"


@dataclass(slots=True)
class Batch:
    """Rows to be written in one transaction, each kind keyed by its id.

    `file` and the `place` arguments serve error messages only.
    """

    dataset: str
    file: str = "the file"
    prompts: dict[str, Row] = field(default_factory=dict)
    responses: dict[str, Row] = field(default_factory=dict)
    pairs: dict[str, Row] = field(default_factory=dict)
    sources: dict[str, Row] = field(default_factory=dict)
    preferences: dict[str, Row] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    factor_values: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    facts: dict[str, Row] = field(default_factory=dict)
    fact_labels: dict[str, Row] = field(default_factory=dict)
    invalid: int = 0
    """Answers that are kept and counted, but are no choice."""
    repeated_rows: int = 0
    """Rows that say again what an earlier row of the file said, word for word."""
    warnings: list[str] = field(default_factory=list)

    def add_prompt(
        self,
        instruction: str,
        *,
        source_text: str | None = None,
        task: str | None = None,
        scenario: str | None = None,
        external_id: str | None = None,
        meta: Mapping[str, object] | None = None,
    ) -> str:
        """Add a prompt once, however often its content occurs; return its id."""
        prompt_id = content_id(self.dataset, instruction, source_text, task)
        if prompt_id not in self.prompts:
            self.prompts[prompt_id] = (
                prompt_id,
                self.dataset,
                external_id,
                instruction,
                source_text,
                task,
                scenario,
                json.dumps(meta, ensure_ascii=False) if meta else None,
            )
        return prompt_id

    def add_response(
        self,
        prompt_id: str,
        text: str,
        *,
        generator: str | None = None,
        model: str | None = None,
        score_level: int | None = None,
        external_id: str | None = None,
    ) -> str:
        """Add a response once; `model` is the generator's name unless it is told apart."""
        response_id = content_id(prompt_id, generator, score_level, text)
        if response_id not in self.responses:
            self.responses[response_id] = (
                response_id,
                prompt_id,
                external_id,
                generator,
                model or generator,
                score_level,
                text,
            )
        return response_id

    def add_pair(
        self,
        prompt_id: str,
        response_a: str,
        response_b: str,
        row_key: str,
        *,
        place: str | None = None,
    ) -> str:
        """Add an evaluation pair; a row key that comes again must mean the same pair."""
        pair_id = content_id(self.dataset, row_key)
        row = (
            pair_id,
            prompt_id,
            self.dataset,
            row_key,
            Setting.EVALUATION.value,
            response_a,
            response_b,
            place,
        )
        known = self.pairs.get(pair_id)
        if known is None:
            self.pairs[pair_id] = row
        elif known[:-1] != row[:-1]:
            raise ImportRefused(
                self.file,
                f"the pair id {row_key!r} stands for different texts here and in {known[-1]}",
                place=place,
                expected="one id for one pair",
            )
        else:
            self.repeated_rows += 1
        return pair_id

    def add_source(
        self,
        kind: SourceKind,
        name: str,
        *,
        model: str | None = None,
        is_majority: bool = False,
        derived_from: Sequence[str] = (),
    ) -> str:
        """Add a source of preference; `derived_from` names the factors its choices follow from."""
        key = source_id(kind, name)
        self.sources.setdefault(
            key, (key, kind, name, model, is_majority, list(derived_from) or None)
        )
        return key

    def add_preference(
        self,
        pair_id: str,
        source: str,
        choice: Choice | None,
        *,
        status: VerdictStatus = VerdictStatus.VALID,
        order: Order | None = None,
        repeat: int = 0,
        probability: float | None = None,
        strength: int | None = None,
        reason: str | None = None,
        place: str | None = None,
    ) -> None:
        """Add one verdict of a source; without a choice its status says why.

        `probability` is that a is preferred, in [0, 1]. The same source, pair, order and repeat
        must not have two different verdicts.
        """
        if choice is None and status is VerdictStatus.VALID:
            status = VerdictStatus.ABSTAINED
        preference_id = content_id(pair_id, source, order, repeat)
        row = (
            preference_id,
            pair_id,
            source,
            order and order.value,
            repeat,
            status.value,
            choice and choice.value,
            probability,
            strength,
            reason,
            place,
        )
        known = self.preferences.get(preference_id)
        if known is not None and known[:-1] != row[:-1]:
            raise ImportRefused(
                self.file,
                f"a second, different verdict of {source.partition(':')[2]!r} on the same pair "
                f"(the first is in {known[-1]})",
                place=place,
                expected="one verdict for each source, pair and order",
            )
        self.preferences.setdefault(preference_id, row)
        if known is None and status is VerdictStatus.INVALID:
            self.invalid += 1

    def add_factor(self, factor: Factor) -> None:
        """Add the definition of a factor that the file brings."""
        self.factors.setdefault(factor.name, factor)

    def add_factor_value(
        self,
        response_id: str,
        factor: str,
        value: float | None,
        extractor: str,
        *,
        extractor_version: str = "1",
        evidence: Mapping[str, object] | None = None,
        place: str | None = None,
    ) -> None:
        """Add a factor's value in a response; None means not applicable, which is not 0."""
        if value is not None and not math.isfinite(value):
            raise ImportRefused(
                self.file,
                f"the value of {factor!r} is not a number",
                place=place,
                found=value,
                expected="a finite number, or nothing where the factor does not apply",
            )
        key = (response_id, factor, extractor)
        row = (
            *key,
            extractor_version,
            value,
            json.dumps(evidence, ensure_ascii=False) if evidence else None,
            place,
        )
        known = self.factor_values.get(key)
        if known is not None and known[4] != value:
            raise ImportRefused(
                self.file,
                f"the same response has two values of {factor!r} (the first is in {known[-1]})",
                place=place,
                found=value,
                expected=f"{known[4]} again, or another extractor's name",
            )
        self.factor_values.setdefault(key, row)

    def add_fact(
        self,
        response_id: str,
        extractor: str,
        ordinal: int,
        text: str,
        *,
        quote: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> str:
        """Add an atomic fact; a quote without a span is one that could not be located."""
        fact_id = content_id(response_id, extractor, ordinal, text, quote)
        start, end = span if span else (None, None)
        self.facts.setdefault(
            fact_id, (fact_id, response_id, extractor, ordinal, text, quote, start, end)
        )
        return fact_id

    def add_fact_label(
        self,
        fact_id: str,
        label: str,
        value: bool,
        annotator: str,
        *,
        mode: str | None = None,
        note: str | None = None,
    ) -> None:
        """Add who says what of a fact (`supported`, `in_focus`, ...), and in which mode."""
        label_id = content_id(fact_id, label, annotator, note)
        self.fact_labels.setdefault(
            label_id, (label_id, fact_id, label, value, annotator, mode, note)
        )
