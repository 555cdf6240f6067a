"""The bit planes of a study's label set: loaded once, kept while the study's counters stand.

Labels that people give since are patched in; anything else has the planes read anew.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from profile_core.analysis.pair_arrays import PairArrays
from profile_core.analysis.recent import Recent
from profile_core.stats import planes as bits
from profile_core.stats.joint import Clusters
from profile_core.stats.planes import Planes, Words
from profile_core.store import factors as factor_store
from profile_core.store import pair_wide, pair_wide_patch
from profile_core.store.pair_reader import PairReader
from profile_core.store.study import Study, Versions
from profile_core.store.wide_table import WideSource, WideTable
from profile_core.types import Factor, LabelSet, Setting

_RESULTS = 400_000_000
"""Bytes of results that are kept with their planes."""


@dataclass(frozen=True, slots=True)
class PlaneSource:
    """A row of the source planes: a source in the one setting it prefers in."""

    setting: Setting
    source: WideSource


@dataclass(frozen=True)
class StudyPlanes:
    """The planes of a label set, with what their rows stand for, in the planes' order."""

    study: Study
    wide: WideTable
    versions: Versions
    planes: Planes
    factors: tuple[Factor, ...]
    extractors: tuple[str, ...]
    sources: tuple[PlaneSource, ...]

    @cached_property
    def arrays(self) -> PairArrays:
        """Columns of the pairs, kept as long as these planes."""
        return PairArrays(self.study, self.wide, self.planes.pairs)

    @cached_property
    def clusters(self) -> Clusters:
        """The clusters of estimates that are to be compared."""
        return Clusters.of(self.planes)

    @cached_property
    def results(self) -> Recent[Any]:
        """What was computed from these planes, by what was asked; each has its `size` in bytes."""
        return Recent(_RESULTS, lambda result: int(result.size))

    def mask(self, where: str | None) -> Words | None:
        """Turn a predicate into a mask of pairs; None where it keeps every pair."""
        if not where or not where.strip():
            return None
        return self.arrays.filtered(where)

    def groups(self, column: str) -> list[tuple[str, Words]]:
        """Split the pairs by a column of the pair view; pairs without a value are left out."""
        return self.arrays.groups(column)

    def pair_numbers(self, mask: Words | None) -> npt.NDArray[np.int64]:
        """The places of the pairs in a mask, which are their `pair_no`."""
        if mask is None:
            return np.arange(self.planes.pairs)
        return np.flatnonzero(bits.unpack(mask, self.planes.pairs))

    @cached_property
    def setting_masks(self) -> dict[Setting, Words]:
        """The pairs of each setting."""
        is_generation = PairReader(self.study, self.wide).is_generation()
        return {
            Setting.GENERATION: bits.pack(is_generation),
            Setting.EVALUATION: bits.pack(~is_generation),
        }

    def probabilities(self, source: WideSource) -> npt.NDArray[np.float64]:
        """P(a preferred) of a source on every pair, NaN where it gave none."""
        return self.arrays.probabilities(source)


_CACHED = 4
_cache: dict[tuple[str, LabelSet], StudyPlanes] = {}
_cache_lock = threading.Lock()


def load(study: Study, labels: LabelSet = LabelSet.AUTOMATIC) -> StudyPlanes:
    """Give the planes of a label set, brought up to date if the study has changed.

    Label sets that weigh drawn labels have the planes of the values that their filters speak of:
    corrected for `reviewed-only`, automatic for `prediction-powered`.
    """
    with _cache_lock:
        wide = pair_wide.ensure(study, labels)
        key = (study.key, wide.labels)
        known = _cache.get(key)
        if known and known.study is not study:
            known = None
        if known and known.versions == wide.versions:
            return known
        is_same_table = known is not None and known.wide.name == wide.name
        loaded = _patched(known, wide) if known and is_same_table else _read(study, wide)
        _cache.pop(key, None)
        while len(_cache) >= _CACHED:
            _cache.pop(next(iter(_cache)))
        _cache[key] = loaded
        return loaded


def _patched(known: StudyPlanes, wide: WideTable) -> StudyPlanes:
    """Take over the values that labels changed in the planes' own table since they were read."""
    planes = known.planes
    with known.study.cursor() as cursor:
        what = pair_wide_patch.changed(cursor, wide, known.versions.corrections)
        pairs_of = pair_wide_patch.pairs(cursor, wide, what)
        for place, factor in enumerate(known.factors):
            pairs = pairs_of.get(factor.name)
            if pairs is None:
                continue
            a, b = pair_wide_patch.values(cursor, wide, wide.factors[place], pairs)
            changed = bits.pack_factor(a, b, resolution=factor.resolution)
            planes = bits.patched(planes, place, pairs, changed)
    return replace(known, wide=wide, versions=wide.versions, planes=planes)


def _read(study: Study, wide: WideTable) -> StudyPlanes:
    reader = PairReader(study, wide)
    with study.cursor() as cursor:
        defined = factor_store.current(cursor)
    factors = tuple(defined[factor.name] for factor in wide.factors)
    factor_planes = [
        bits.pack_factor(*reader.factor_values(wide_factor), resolution=factor.resolution)
        for wide_factor, factor in zip(wide.factors, factors, strict=True)
    ]
    sources = tuple(
        PlaneSource(Setting.EVALUATION if source.choice else Setting.GENERATION, source)
        for source in wide.sources
    )
    source_planes = [bits.pack_source(*reader.preferences(entry.source)) for entry in sources]
    return StudyPlanes(
        study=study,
        wide=wide,
        versions=wide.versions,
        planes=bits.assemble(reader.prompt_starts(), factor_planes, source_planes),
        factors=factors,
        extractors=tuple(factor.extractor for factor in wide.factors),
        sources=sources,
    )
