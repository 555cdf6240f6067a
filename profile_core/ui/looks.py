"""The palette of the theme that is on, as charts take it."""

from __future__ import annotations

from collections.abc import Iterable

from profile_core.analysis import palette
from profile_core.analysis.planes import PlaneSource
from profile_core.charts import Look
from profile_core.ui import theme


def look(is_dark: bool | None = None) -> Look:
    """Give the look of the page, or of a theme that is named (a figure to take away is light)."""
    dark = theme.is_dark() if is_dark is None else is_dark
    return Look(
        paper=palette.PAPER.on(dark),
        ink=palette.INK.on(dark),
        soft=palette.SOFT.on(dark),
        hair=palette.HAIR.on(dark),
        negative=palette.NEGATIVE.on(dark),
        positive=palette.POSITIVE.on(dark),
    )


def colours(sources: Iterable[PlaneSource], is_dark: bool | None = None) -> dict[str, str]:
    """Give each source's colour by its name, as `#rrggbb`."""
    dark = theme.is_dark() if is_dark is None else is_dark
    known = [entry.source for entry in sources]
    by_id = palette.source_colours(known)
    return {source.name: by_id[source.source_id].on(dark) for source in known}
