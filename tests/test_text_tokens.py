"""Words, content words and sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_core.text.sentences import sentences
from profile_core.text.tokens import content_key, content_keys, piece_pattern, placed_words, words


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Don't stop, it's 10:30!", ["Don't", "stop", "it's", "10:30"]),
        ("1,000 well-known snake_case v2.0", ["1,000", "well", "known", "snake", "case", "v2.0"]),
        ("it’s naïve", ["it’s", "naïve"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("cafe\u0301 au lait", ["cafe\u0301", "au", "lait"]),
        ("你好 world", ["你", "好", "world"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("🙂 *** —", []),
    ],
)
def test_words_of_many_scripts_are_cut_where_readers_would(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_ascii_is_cut_as_by_the_pattern_for_all_scripts(text: str) -> None:
    assert words(text) == words(text + " é")[:-1]


@given(st.text())
def test_every_word_stands_where_it_is_said_to(text: str) -> None:
    found, starts = placed_words(text)
    assert found == words(text)
    assert [text[start : start + len(word)] for word, start in zip(found, starts, strict=True)] == (
        found
    )


@given(st.text())
def test_pieces_leave_no_remainder(text: str) -> None:
    assert "".join(piece_pattern().findall(text)) == text


def test_content_words_fold_case_possessive_and_plural() -> None:
    assert content_keys(["Dogs", "dog's", "dog’s", "DOG"]) == ["dog"] * 4
    assert content_keys(["cities", "glass", "status", "houses"]) == [
        "city",
        "glass",
        "status",
        "house",
    ]


def test_function_words_are_no_content_words() -> None:
    assert content_keys(["The", "isn’t", "IT'S", "whale"]) == ["", "", "", "whale"]


def test_a_word_longer_than_the_memo_keeps_is_folded_all_the_same() -> None:
    assert content_key("X" * 100) == content_key("x" * 100) == "x" * 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("*** --- ...", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith met J. Doe, e.g. at 3.15 p.m. today.", 1),
        ("Apples, pears, etc. are fruit. Etc. is not.", 2),
        ('"Really?" she asked. "Yes."', ['"Really?" she asked.', '"Yes."']),
        ("Well... maybe. Fine", ["Well... maybe.", "Fine"]),
        ("1. Wash it.\n2. Dry it.", ["1. Wash it.", "2. Dry it."]),
        ("A line that is\nwrapped here. Next", ["A line that is\nwrapped here.", "Next"]),
        ("Title\n\nbody text", ["Title", "body text"]),
        ("- one\n- two", ["- one", "- two"]),
        ("今日は晴れ。明日は雨！", ["今日は晴れ。", "明日は雨！"]),
        ("He was born in 1987. She was not.", 2),
        ("no capital. still a sentence.", 2),
        ("So did I. We left.", 2),
        ("It opens at 9 a.m. and shuts at 5 p.m. Come early.", 2),
        ("He left the U.S. She stayed.", 2),
    ],
)
def test_sentences_end_where_readers_would_end_them(text: str, expected: list[str] | int) -> None:
    found = cut(text)
    assert (len(found) if isinstance(expected, int) else found) == expected


@given(st.text(alphabet="aB1.!?…。\n \"')*"))
def test_no_word_is_lost_between_sentences(text: str) -> None:
    spans = sentences(text)
    assert [word for start, end in spans for word in words(text[start:end])] == words(text)
    assert all(left.end <= right.start for left, right in pairwise(spans))
