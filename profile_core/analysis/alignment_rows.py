"""What an alignment says: the values that the page, the command and the report show.

Only values. They are computed by `alignment` and its neighbours; a number that does not exist is
None. A row's `where` opens exactly its pairs, within the filter that the alignment was asked under.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from profile_core.analysis.reference import Reference
from profile_core.types import LabelSet, Setting, SourceKind


@dataclass(frozen=True, slots=True)
class AlignmentRow:
    """How near one source, in the setting it prefers in, is to the reference."""

    source: str
    model: str | None
    setting: Setting
    distance: float | None
    """Root of the debiased mean squared difference of tau, 0 where noise alone makes as much."""
    distance_low: float | None
    distance_high: float | None
    spearman: float | None
    """Raw, as papers report it: noise pulls it to 0, shared pairs push it up."""
    spearman_cross_fitted: float | None
    """Both estimated on disjoint halves of the prompts; None for estimates from drawn labels."""
    kendall: float | None
    pearson: float | None
    agreement: float | None
    """Share of the pairs both decided strictly on which they chose alike; evaluation only."""
    kappa: float | None
    factors: int
    """Those with an interval on both sides, which all numbers above but agreement are over."""
    pairs: int
    """Pairs that the source decided strictly."""
    prompts: int

    group: str | None
    kind: SourceKind
    agreement_low: float | None
    agreement_high: float | None
    agreement_pairs: int
    """Pairs that both decided strictly."""
    d2: float | None
    """The debiased mean squared difference itself, which may be below 0."""
    d2_se: float | None
    warning: str
    """Why there is no distance, or what to know before reading it."""
    where: str

    @property
    def is_told(self) -> bool:
        """Whether the source can be told from the reference: the interval excludes 0."""
        return self.distance_low is not None and self.distance_low > 0


@dataclass(frozen=True, slots=True)
class GapRow:
    """One factor of a model: tau when it writes minus tau when it judges."""

    model: str
    factor: str
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    """Two-sided, Welch's t over prompts."""
    p_holm: float | None
    """Adjusted over the model's tested factors; a gap is called where any is below 0.05."""

    group: str | None
    generation: str
    """The source by whose score levels the model is seen when it writes."""
    evaluation: str
    """The source by whose choices it is seen when it judges: of several, the one of most pairs."""
    generation_tau: float | None
    evaluation_tau: float | None
    se: float | None
    degrees: float | None
    """Of freedom."""
    note: str

    @property
    def is_called(self) -> bool:
        """Whether the two settings can be told apart on this factor."""
        return self.p_holm is not None and self.p_holm < CALLED


@dataclass(frozen=True, slots=True)
class NearerRow:
    """Which setting of a model is nearer to the reference: D2(generation) - D2(evaluation)."""

    model: str
    d2_difference: float | None
    """Above 0 where evaluation is nearer."""
    low: float | None
    high: float | None

    group: str | None
    generation: str
    evaluation: str
    factors: int
    """Those with an interval on all three sides."""


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One factor's influence on a source beside its influence on the reference."""

    source: str
    setting: Setting
    factor: str
    tau: float | None
    reference_tau: float | None
    difference: float | None
    """Source minus reference."""
    low: float | None
    high: float | None
    p: float | None
    """Two-sided, joint where both use the same prompts."""
    q: float | None
    """Benjamini-Hochberg over the factors of the setting, source and group."""

    group: str | None
    se: float | None
    pairs: int
    """Counted pairs of the source."""
    prompts: int
    reference_pairs: int
    reference_prompts: int
    note: str
    """Why there is no interval, or why it is to be read with care; whose side is meant."""
    where: str
    """Opens the source's pairs."""

    @property
    def is_told(self) -> bool:
        """Whether the source can be told from the reference on this factor."""
        return self.q is not None and self.q <= TOLD and bool(self.difference)


class Basis(StrEnum):
    """What a check of score levels rests on."""

    JUDGED = "judged"
    """Choices between a generator's responses of different levels."""
    RATED = "rated"
    """The tau of rated factors against the level, in want of choices."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LevelShare:
    """How often the response of the higher level was preferred."""

    source: str | None
    """Who judged; None for all together, a choice of each counting."""
    level_distance: int | None
    """Higher level minus lower; None for all distances together."""
    share: float | None
    low: float | None
    high: float | None
    p: float | None
    """Two-sided, against one half."""
    choices: int
    pairs: int
    prompts: int
    note: str
    where: str


@dataclass(frozen=True, slots=True)
class LevelTau:
    """A rated factor against the score level: its influence in the generation setting."""

    factor: str
    tau: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    """Benjamini-Hochberg over the rated factors of the generator."""
    pairs: int
    prompts: int
    note: str


@dataclass(frozen=True, slots=True)
class LevelCheck:
    """Whether a generator's score levels are real: do others see a difference between them?"""

    generator: str
    basis: Basis
    is_real: bool | None
    """None where there is nothing to tell it by; False where no difference shows."""
    sentence: str
    deciding: str | None
    """The source whose choices settle it; None for all together, or where nobody judged enough."""
    judged_pairs: int
    """The generator's pairs of different levels that somebody decided strictly."""
    shares: tuple[LevelShare, ...]
    """By source (all together first) and level distance (all together first)."""
    rated: tuple[LevelTau, ...]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Sources beside a reference, and what it was computed from."""

    reference: Reference | None
    rows: tuple[AlignmentRow, ...]
    gaps: tuple[GapRow, ...]
    nearer: tuple[NearerRow, ...]
    factors: tuple[FactorRow, ...]
    manipulation: tuple[LevelCheck, ...]
    labels: LabelSet
    where: str | None
    by: str | None
    pairs: int
    """Pairs left by the filter."""
    all_pairs: int
    reason: str | None
    """Why there are no rows, if there are none."""

    @property
    def unreal(self) -> frozenset[str]:
        """The generators whose score levels are not real: their writing says nothing of a taste."""
        return frozenset(check.generator for check in self.manipulation if check.is_real is False)


CALLED = 0.05
"""A gap is called where an adjusted p is below."""
TOLD = 0.05
"""A difference is called one where q is at most so much."""
