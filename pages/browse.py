"""Browse: read any pair, side by side, with everything that is known about it."""

from dataclasses import replace

from profile_core.analysis import browse
from profile_core.analysis.browse import Found, View
from profile_core.analysis.planes import StudyPlanes, load
from profile_core.errors import PredicateError
from profile_core.ui import (
    browse_view,
    columns_help,
    example_card,
    filters,
    frame,
    resources,
    router,
)

router.enter(__file__)


def main() -> None:
    study = resources.study()
    frame.head("Browse", "Read any pair, side by side, with everything that is known about it.")
    chosen = filters.bar(study, "browse")
    planes = load(study, chosen.labels)
    view = browse_view.controls(planes, chosen)
    try:
        pairs = browse_view.found(study, view)
    except PredicateError as error:
        columns_help.refused(error, planes.wide)
        return
    _state(planes, chosen, view, pairs)
    if not len(pairs.pair_nos):
        _empty(pairs)
        return
    place = browse_view.place(study, planes, pairs)
    if not place.is_asked:
        frame.note("The pair in the address is not among these; this is the first of them.")
    if place.is_list:
        browse_view.listed(study, planes, pairs, place.position)
        return
    example = browse_view.example(study, place.pair_id, view.labels)
    example_card.draw(study, example, view.source, view.factor)


def _state(planes: StudyPlanes, chosen: filters.Filter, view: View, pairs: Found) -> None:
    titles = {factor.name: factor.title for factor in planes.factors}
    words = browse.in_words(view, titles.get(view.factor or ""))
    filters.state(replace(chosen, words=chosen.words + words), len(pairs.pair_nos), pairs.of)


def _empty(pairs: Found) -> None:
    if not pairs.of:
        frame.empty(
            "Here stand the study's pairs, one at a time, with every choice and factor value.",
            "The study has none yet: import preferences, or responses with score levels.",
        )
        router.link("data", "Import data", {"view": "Import"})
        return
    frame.empty("No pair fits.", "Take a filter back, or begin again.")
    router.link("browse", "Show all pairs")


main()
