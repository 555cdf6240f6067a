"""A small study with facts to edit, as its page and its journey in a browser take it."""

from __future__ import annotations

from pathlib import Path

from profile_core.annotation import queues
from profile_core.factors.atomic import ATOMIC_VERSION, FACT_LABELS
from profile_core.store.records import Batch
from profile_core.store.study import Study
from profile_core.text.spans import locate
from profile_core.types import Asks, QueueKind
from tests.studies import empty_study, write

ELSEWHERE = "http://elsewhere.invalid"
TEXT = (
    "It rains 🌧️ in 𝔅ergen. It snows a lot. The sun shines on the hills.\n\n"
    f"<img src='{ELSEWHERE}/a.png' onerror='document.title=1'> <b>bold</b> & ![x]({ELSEWHERE}) $x$"
)
OTHER = "Nothing to say."
FACTS = (
    ("It rains in Bergen.", "It rains 🌧️ in 𝔅ergen", (True, True, False, True)),
    (f"It snows <script src='{ELSEWHERE}/s.js'></script>.", "it snowed", (True, False, None, True)),
    ("The sun shines.", "The sun shines", (True, True, False, False)),
    ("The hills are sunny.", "on the hills", (False, True, None, True)),
)
EXTRACTOR = "facts:model"


def fact_study(path: Path) -> tuple[Study, str]:
    """One pair whose first response has four facts, one with a quote that is not in the text.

    Gives the study, and a queue that asks about the facts of the pair.
    """
    study = empty_study(path)
    batch = Batch("small", "rows.csv")
    prompt = batch.add_prompt("Weather?", task="document_qa", source_text="It rains and snows.")
    a = batch.add_response(prompt, TEXT, generator="left")
    b = batch.add_response(prompt, OTHER, generator="right")
    batch.add_pair(prompt, a, b, "only", place="row 1")
    for place, (text, quote, said) in enumerate(FACTS, start=1):
        span = locate(quote, TEXT)
        fact = batch.add_fact(a, EXTRACTOR, place, text, quote=quote, span=span)
        for name, value in zip(FACT_LABELS, said, strict=True):
            if value is not None:
                batch.add_fact_label(fact, name, value, "model", mode="automatic")
    batch.add_fact(b, EXTRACTOR, 1, "There is nothing.", quote=OTHER, span=(0, len(OTHER)))
    automatic = {
        "n_facts": 4.0,
        "off_focus": 0.25,
        "hallucination": 0.25,
        "misinformation": 0.0,
        "helpfulness": 0.75,
    }
    for response, values in ((a, automatic), (b, dict.fromkeys(automatic) | {"n_facts": 1.0})):
        for factor, value in values.items():
            batch.add_factor_value(
                response, factor, value, EXTRACTOR, extractor_version=ATOMIC_VERSION
            )
    write(study, batch)
    queue = queues.draw(study, kind=QueueKind.RANDOM, size=1, asks=Asks.FACTS, name="facts")
    return study, queue.queue_id
