"""Which colour a source has, everywhere: people are ink, every model keeps one colour.

The colours are those of Okabe and Ito (jfly.uni-koeln.de/color), which colour-blind readers tell
apart, in the order that contrasts best on paper; their yellow cannot be read there and is left
out. Each has a lighter twin for the dark theme. This module draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from profile_core.store.wide_table import WideSource
from profile_core.types import SourceKind


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour in both themes, as `#rrggbb`."""

    light: str
    dark: str

    def on(self, is_dark: bool) -> str:
        """Give the colour for a theme."""
        return self.dark if is_dark else self.light


PAPER = Colour("#fcfaf7", "#16181d")
INK = Colour("#1c1f2b", "#e9e6df")
SOFT = Colour("#6b6a70", "#a3a19c")
HAIR = Colour("#ddd8ce", "#353943")
ACCENT = Colour("#3f4794", "#a9b2f5")
NEGATIVE = Colour("#d55e00", "#f08a3c")
"""The end of the diverging scale below 0: less is preferred."""
POSITIVE = Colour("#0072b2", "#4aa8e0")
"""The end above 0: more is preferred."""

_MODELS = (
    Colour("#0072b2", "#4aa8e0"),
    Colour("#d55e00", "#f08a3c"),
    Colour("#009e73", "#2fc49a"),
    Colour("#b3558d", "#dd9cc2"),
    Colour("#b97f00", "#f0b93a"),
    Colour("#3c8fc4", "#8fd0f5"),
)


def source_colours(sources: Iterable[WideSource]) -> dict[str, Colour]:
    """Give each source, by its id, its colour: models in the order of their names.

    Ink for people and for labels that are true by design; a judge and a generator of one model
    share its colour; from the seventh model on colours come again, and labels tell them apart.
    """
    sources = tuple(sources)
    models = sorted({_model(source) for source in sources if not _is_people(source)})
    colours = {model: _MODELS[place % len(_MODELS)] for place, model in enumerate(models)}
    return {
        source.source_id: INK if _is_people(source) else colours[_model(source)]
        for source in sources
    }


def _is_people(source: WideSource) -> bool:
    return source.kind in (SourceKind.HUMAN, SourceKind.GOLD)


def _model(source: WideSource) -> str:
    return source.model or source.name
