"""What a check of score levels says, in one or two sentences that stay true whatever the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from profile_core.analysis.alignment_rows import TOLD, Basis, LevelShare, LevelTau
from profile_core.text import numbers

_NAMED = 3
_SO = "what it writes cannot tell what it prefers"


def in_words(
    generator: str,
    basis: Basis,
    is_real: bool | None,
    deciding: LevelShare | None,
    judged: int,
    rated: Sequence[LevelTau],
    titles: Mapping[str, str],
) -> str:
    """Say whether a generator's levels are real, and by what it is told."""
    if basis is Basis.JUDGED and deciding:
        return _by_choices(generator, is_real, deciding)
    few = (
        "No pair of its own levels is judged"
        if not judged
        else f"Only {numbers.counted(judged, 'pair')} of its own levels "
        f"{'is' if judged == 1 else 'are'} judged"
    )
    if basis is Basis.NOTHING:
        return (
            f"Whether the score levels of {generator} are real cannot be checked. {few}, and no "
            "factor is rated: have pairs of its own responses judged, or rate them."
        )
    return f"{_by_ratings(generator, is_real, rated, titles)} {few}, so ratings stand in."


def _by_choices(generator: str, is_real: bool | None, share: LevelShare) -> str:
    who = share.source or "those who judged them"
    rate = numbers.with_interval(share.share, share.low, share.high)
    by = (
        f"share of choices by {who} for the higher level: {rate}, "
        f"{numbers.counted(share.pairs, 'pair')}"
    )
    if is_real:
        return f"The score levels of {generator} are real: the higher one is preferred ({by})."
    if is_real is None:
        return (
            f"Whether the score levels of {generator} are real cannot be told: too few prompts "
            f"({by})."
        )
    if _is_reversed(share):
        return (
            f"The score levels of {generator} run backwards: the lower one is preferred ({by}). "
            f"They are not real for this generator, and {_SO}."
        )
    return (
        f"The score levels of {generator} show no difference that can be told from chance ({by}). "
        f"As far as this tells, they are not real for this generator, and {_SO}."
    )


def _is_reversed(share: LevelShare) -> bool:
    if share.high is not None:
        return share.high < 0.5
    return share.share is not None and share.share < 0.5


def _by_ratings(
    generator: str, is_real: bool | None, rated: Sequence[LevelTau], titles: Mapping[str, str]
) -> str:
    of = numbers.counted(len(rated), "rated factor")
    if is_real is None:
        return (
            f"Whether the score levels of {generator} are real cannot be told: too few prompts "
            f"for any of {of}."
        )
    told = [row for row in rated if row.q is not None and row.q <= TOLD]
    if not told:
        return (
            f"The score levels of {generator} show no difference in any of {of} that can be told "
            f"from chance. As far as this tells, they are not real for this generator, and {_SO}."
        )
    named = [
        f"{'more' if (row.tau or 0.0) > 0 else 'less'} {numbers.inline(titles[row.factor])} "
        f"(τ {numbers.with_interval(row.tau, row.low, row.high)})"
        for row in told[:_NAMED]
    ]
    return (
        f"The score levels of {generator} show in {len(told)} of {of}: with a higher level goes "
        f"{numbers.listed(named)}."
    )
