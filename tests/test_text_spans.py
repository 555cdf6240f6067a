"""Quotes in texts, and texts cut for highlighting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_core.text.spans import Locator, locate, split_by_spans
from profile_core.text.tokens import Span


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("cat", "The cat sat", "cat"),
        ("  cat ", "The cat sat", "cat"),
        ("THE CAT", "So the   cat\nsat", "the   cat"),
        ('"yes"', "He said “Yes” twice", "“Yes”"),
        ("it's", "and it’s so", "it’s"),
        ("well-known - fact", "a well‑known — fact.", "well‑known — fact"),
        ("wait...", "oh wait… no", "wait…"),
        ("cafe\u0301", "a café here", "café"),
        ("a café", "a cafe\u0301 here", "a cafe\u0301"),
        ("cooperate", "to co\u00adoperate now", "co\u00adoperate"),
        ("Straße", "die STRASSE dort", "STRASSE"),
        ("ﬁne", "all fine", "fine"),
    ],
)
def test_a_quote_is_found_in_spite_of_small_slips(quote: str, text: str, found: str) -> None:
    span = locate(quote, text)
    assert span is not None
    assert text[span.start : span.end] == found


@pytest.mark.parametrize("quote", ["", "   ", "dog", "\u200b"])
def test_what_is_not_there_is_not_found(quote: str) -> None:
    assert locate(quote, "The cat sat") is None


def test_a_repeated_quote_is_found_again_from_a_later_start() -> None:
    text = "Yes and yes, and YES."
    first = locate("yes", text)
    assert first == Span(8, 11)
    assert locate("yes", text, 9) == Span(17, 20)
    assert locate("yes", text, 18) is None


@given(st.text(min_size=1), st.text(), st.text())
def test_an_exact_quote_is_found_letter_for_letter(quote: str, before: str, after: str) -> None:
    text = before + quote + after
    span = locate(quote, text)
    if quote.strip():
        assert span is not None
        assert text[span.start : span.end] == quote.strip()
        assert span.start <= len(before) + len(quote) - len(quote.lstrip())
    else:
        assert span is None


@given(st.text(alphabet="aBé“”—- \n’ß"), st.data())
def test_offsets_of_a_loose_match_refer_to_the_original(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    quote = text[start : data.draw(st.integers(start, len(text)))]
    loose = quote.upper().replace("“", '"').replace("—", "-").replace(" ", "\n ")
    span = Locator(text).locate(loose)
    if quote.strip():
        assert span is not None
        assert 0 <= span.start < span.end <= len(text)
        found = text[span.start : span.end]
        assert locate(loose, found) == Span(0, len(found))


def test_overlapping_and_nested_spans_are_cut_apart() -> None:
    spans = [("f1", Span(0, 6)), ("f2", Span(4, 9)), ("f3", Span(4, 6)), ("f1", Span(10, 99))]
    runs = split_by_spans("abcdefghijkl", spans)
    assert [(run.text, run.ids) for run in runs] == [
        ("abcd", ("f1",)),
        ("ef", ("f1", "f2", "f3")),
        ("ghi", ("f2",)),
        ("j", ()),
        ("kl", ("f1",)),
    ]


@given(
    st.text(max_size=30),
    st.lists(
        st.tuples(
            st.sampled_from("xyz"),
            st.tuples(st.integers(-5, 40), st.integers(-5, 40)).map(lambda edges: Span(*edges)),
        )
    ),
)
def test_runs_concatenate_and_every_character_knows_its_spans(
    text: str, spans: list[tuple[str, Span]]
) -> None:
    runs = split_by_spans(text, spans)
    assert "".join(run.text for run in runs) == text
    ids = [set(run.ids) for run in runs for _ in run.text]
    for place, found in enumerate(ids):
        assert found == {key for key, span in spans if span.start <= place < span.end}
