"""What a what-if says: the values that the page, the command and the report show.

Only values. They are computed by `what_if`, which also says what each part costs.
"""

from __future__ import annotations

from dataclasses import dataclass

from profile_core.analysis.influence import InfluenceRow
from profile_core.analysis.scenario import Scenario
from profile_core.types import Setting, SourceKind

COLLINEAR = 30.0
"""A condition number above which coefficients say little one by one (Belsley et al. 1980)."""
TOLD = 0.05
"""A difference is called one where q is at most so much."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """The conditional model behind a source's modelled influences."""

    setting: Setting
    source: str
    factors: tuple[str, ...]
    """Its columns."""
    represented: tuple[str, ...]
    """Factors that say nearly the same as a column, which stands for them: they have rows too."""
    held: tuple[str, ...]
    """The equalised factors, and what is represented by them."""
    left_out: tuple[str, ...]
    """Factors that have no modelled influence: too few pairs have a value, the pairs carry no
    more, the preference was derived from them, or they settle the choice."""
    needs: tuple[str, ...]
    """Factors that its pairs have values of; with these conditions its pairs are opened."""
    pairs: int
    """Strict pairs with values of all these."""
    incomplete: int
    """Strict pairs without."""
    prompts: int
    condition_number: float | None
    separated: tuple[str, ...]
    """Factors whose weight has no bound: wherever they differ, the choice goes one way."""
    unmoved: tuple[str, ...]
    """Equalised factors that never differ here, so that holding them equal does nothing."""
    note: str
    """Why there is no model; empty where there is one."""

    @property
    def is_close(self) -> bool:
        """Whether factors go together so closely that their weights are hard to tell apart."""
        return self.condition_number is not None and self.condition_number > COLLINEAR


@dataclass(frozen=True, slots=True)
class AlignmentRow:
    """How near one source is to the reference, over the scenario's pairs and factors."""

    setting: Setting
    source: str
    distance: float | None
    """Root of the debiased squared distance, in units of tau."""
    distance_low: float | None
    distance_high: float | None
    spearman: float | None
    kendall: float | None
    pearson: float | None
    agreement: float | None
    """Share of the pairs both decided strictly on which they chose alike; evaluation only."""
    agreement_low: float | None
    agreement_high: float | None
    factors: int
    """Those with an interval on both sides."""
    pairs: int
    """Pairs that both decided strictly."""
    prompts: int
    note: str


@dataclass(frozen=True, slots=True)
class WinRate:
    """How often a source prefers a generator's responses to others'; ties count half."""

    source: str
    kind: SourceKind
    generator: str
    rate: float | None
    low: float | None
    high: float | None
    controlled: float | None
    """The same with length held equal (arXiv 2404.04475)."""
    controlled_low: float | None
    controlled_high: float | None
    pairs: int
    ties: int
    prompts: int
    controlled_pairs: int
    """Pairs whose responses both have a length."""
    note: str


@dataclass(frozen=True, slots=True)
class Side:
    """One scenario over the study."""

    scenario: Scenario
    rows: tuple[InfluenceRow, ...]
    pairs: int
    """Pairs that the scenario keeps."""
    all_pairs: int
    prompts: int
    """Prompts that they belong to."""
    factors: tuple[str, ...]
    """Those of the table, in the planes' order, whether or not a source has pairs for them."""
    models: tuple[ModelRow, ...]
    """One a setting and source where a factor is equalised by a model."""
    warnings: tuple[str, ...]
    reason: str | None
    """Why there are no rows, if there are none."""
    opens: str | None
    """The predicate that opens its pairs, under its own label set; None for every pair."""
    reference: str | None = None
    """Whom `alignment` compares with."""
    reference_is_stand_in: bool = False
    alignment: tuple[AlignmentRow, ...] = ()
    win_rates: tuple[WinRate, ...] = ()


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """Result minus baseline: one factor's influence on one source."""

    setting: Setting
    source: str
    factor: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    """Two-sided, paired by prompt."""
    q: float | None
    """Benjamini-Hochberg over the factors of the setting and source."""
    se: float | None
    baseline: float | None
    """Tau."""
    result: float | None
    prompts: int
    """Prompts of the result's tau."""
    baseline_prompts: int
    note: str
    """Why there is no interval, or why it is to be read with care."""
    is_held: bool = False
    """Held equal by the scenario, or said by a model's column that is: its change is no finding."""

    @property
    def is_told(self) -> bool:
        """Whether the two can be told apart (q at most 0.05), and that is a finding."""
        return not self.is_held and self.q is not None and self.q <= TOLD and bool(self.difference)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A scenario beside a baseline."""

    baseline: Side
    result: Side
    differences: tuple[DifferenceRow, ...]
    """Of the settings, sources and factors that both have."""
    sentence: str
    """What changed and what did not, in plain words."""
    warnings: tuple[str, ...]
    """What to know before reading any number."""
