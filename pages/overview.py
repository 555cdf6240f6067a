"""Overview: what the study holds, what it says so far, and what to do next."""

from collections.abc import Iterable
from itertools import groupby

import streamlit as st

from profile_core.analysis.headline import Headline
from profile_core.analysis.next_steps import Step, next_steps
from profile_core.analysis.overview import StudyInfo
from profile_core.analysis.palette import source_colours
from profile_core.text import numbers
from profile_core.ui import cached, demo_button, findings, frame, holdings, resources, router

router.enter(__file__)

_MOST_SOURCES = 6
_HOW_TO_READ = (
    "Each number is an influence τ, from −1 to 1, with its 95 % interval clustered by prompt: "
    "above 0 where the preferred response has more of the factor. When a model writes, its own "
    "higher score level counts as preferred. Named are the strongest influences that can be told "
    "from none (q at most 0.05)."
)


def main() -> None:
    study = resources.study()
    info = cached.info(study)
    frame.head("Overview", "What this study holds, what it says so far, and what to do next.")
    if not info.counts["prompt"]:
        _empty()
        return
    frame.state(_holds(info))
    labels = cached.labels(study)
    answer, aside = st.columns([5, 3], gap="large")
    with answer:
        _findings(cached.headline(study))
    frame.section("What it holds")
    left, right = st.columns([5, 3], gap="large")
    with left:
        holdings.tasks(info)
        holdings.sources(info)
    with right:
        holdings.coverage(info)
        holdings.labels(labels)
        demo_button.explain(info)
    # Last, since a large study's health takes a second or two the first time.
    with aside:
        _next(next_steps(info, cached.health(study), labels))


def _empty() -> None:
    frame.empty(
        "This study is empty.",
        "Import your own data, or fill it with the demo: 48 prompts, what three models wrote and "
        "judged, and no human labels.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        demo_button.draw()
        router.link("data", "Import data", {"view": "Import"})


def _holds(info: StudyInfo) -> str:
    evaluation = sum(task.evaluation_pairs for task in info.tasks)
    generation = sum(task.generation_pairs for task in info.tasks)
    factors = len({entry.factor for entry in info.factors})
    parts = [
        phrase
        for number, phrase in (
            (1, numbers.counted(info.counts["prompt"], "prompt")),
            (1, numbers.counted(info.counts["response"], "response")),
            (evaluation, numbers.counted(evaluation, "pair to judge", "pairs to judge")),
            (
                generation,
                numbers.counted(generation, "pair of score levels", "pairs of score levels"),
            ),
            (factors, numbers.counted(factors, "measured factor")),
        )
        if number
    ]
    return f"{resources.study_path().name} holds {numbers.listed(parts)}."


def _findings(headline: Headline) -> None:
    frame.section("What it says so far", headline.reference_sentence)
    colours = source_colours(finding.source for finding in headline.findings)
    by_source = [list(own) for _, own in groupby(headline.findings, lambda item: item.source.name)]
    for own in by_source[:_MOST_SOURCES]:
        findings.draw(own, colours[own[0].source.source_id])
    more = len(by_source[_MOST_SOURCES:]) + headline.left_out + headline.of_one_factor
    if more:
        apart = ["the people behind a majority"] if headline.left_out else []
        apart += ["judges of one factor alone"] if headline.of_one_factor else []
        among = f"; {numbers.listed(apart)} are among them" if apart else ""
        frame.note(f"{numbers.counted(more, 'more source')} on the influence page{among}.")
    if by_source:
        frame.note(_HOW_TO_READ)
    else:
        frame.empty(
            "No factor has an influence yet.",
            "Influence needs factors that are measured and pairs on which somebody has chosen.",
        )


def _next(steps: Iterable[Step]) -> None:
    frame.section("What to do next")
    for step in steps:
        with st.container(gap="xxsmall"):
            router.link(step.page, step.label, dict(step.params))
            frame.note(step.reason)


main()
