"""Filling a study with the embedded demo, and saying plainly what the demo is."""

from __future__ import annotations

import streamlit as st

from profile_core.actions.demo import fill_with_demo
from profile_core.analysis.overview import StudyInfo
from profile_core.ui import frame, resources, work

_MARK = "facts:claude-writer"
"""An extractor that no other data has."""

_TO_KNOW = (
    "Claude wrote responses at five score levels, rated all responses blind, and judged all "
    "pairs: a preference for its own texts is possible.",
    "Two small local models, Qwen 2.5 Coder 1.5B and SmolLM2 135M, wrote and judged as well. "
    "Their texts are as they came: cut off, refused or rambling at times.",
    "SmolLM2 answers A almost always, whatever stands there: its two presentation orders agree "
    "on 2 of 144 pairs, so nearly all its verdicts count as ties.",
    "The generator claude was told not to let length follow the score level; the other two were "
    "told nothing of the kind.",
)


def draw() -> None:
    """Draw the button; it is off while other work is under way."""
    study = resources.study()
    if st.button("Fill with the demo", type="primary", disabled=work.is_busy()):
        work.start(
            "Filling with the demo",
            lambda progress: fill_with_demo(study, progress),
            kept="Filling again goes on where it stopped.",
        )


def explain(info: StudyInfo) -> None:
    """Say, for a study that holds the demo, who or what made its parts."""
    if not any(entry.extractor == _MARK for entry in info.factors):
        return
    frame.section("About the demo")
    frame.note(
        "Models wrote, rated and judged everything in the demo. It contains no human labels, so "
        "it can show how models differ from a model, and nothing about people."
    )
    with st.expander("What to know about its parts"):
        frame.warnings(_TO_KNOW)
