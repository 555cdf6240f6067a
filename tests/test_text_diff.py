"""Differences of two texts."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_core.text import diff
from profile_core.text.diff import Run, RunKind, word_diff

SAMPLE = st.one_of(
    st.text(),
    st.text(alphabet="ab c.\n"),
    st.lists(st.sampled_from(["the", "cat", "sat", "of", "mat.", "dog", "\n", ","])).map(" ".join),
)


def marked(runs: tuple[Run, ...]) -> str:
    return "".join(run.text if run.kind is RunKind.SAME else f"[{run.text}]" for run in runs)


def plain(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


@given(SAMPLE, SAMPLE)
def test_runs_concatenate_to_both_texts_exactly(a: str, b: str) -> None:
    found = word_diff(a, b)
    assert (plain(found.a), plain(found.b)) == (a, b)


@given(SAMPLE, SAMPLE)
def test_what_is_the_same_is_the_same_words_on_both_sides(a: str, b: str) -> None:
    found = word_diff(a, b)
    same = [
        "".join("".join(run.text.split()) for run in runs if run.kind is RunKind.SAME)
        for runs in (found.a, found.b)
    ]
    assert same[0] == same[1]


@given(SAMPLE)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    found = word_diff(text, text)
    assert all(run.kind is RunKind.SAME for run in found.a + found.b)


@given(SAMPLE, SAMPLE)
def test_neighbouring_runs_differ_in_kind(a: str, b: str) -> None:
    for runs in (word_diff(a, b).a, word_diff(a, b).b):
        assert all(x.kind is not y.kind for x, y in pairwise(runs))


def test_changed_words_are_marked_without_the_space_around_them() -> None:
    found = word_diff("The cat sat on the mat, and slept.", "The dog sat on the red mat and slept.")
    assert marked(found.a) == "The [cat] sat on the mat[,] and slept."
    assert marked(found.b) == "The [dog] sat on the [red] mat and slept."


def test_a_lone_function_word_between_changes_is_no_common_ground() -> None:
    found = word_diff("I am a cat", "I was a dog")
    assert (marked(found.a), marked(found.b)) == ("I [am a cat]", "I [was a dog]")


def test_a_difference_of_white_space_alone_is_not_marked() -> None:
    assert marked(word_diff("one two\n\nthree", "one  two three").a) == "one two\n\nthree"


def test_the_alignment_is_a_longest_common_subsequence() -> None:
    chance = random.Random(7)
    for _ in range(200):
        a, b = (chance.choices("abcd", k=chance.randint(0, 12)) for _ in range(2))
        pairs = diff._common_subsequence(a, b)[::-1]
        assert all(a[i] == b[j] for i, j in pairs)
        assert pairs == sorted(pairs)
        assert len(pairs) == _longest(a, b)


def _longest(a: list[str], b: list[str]) -> int:
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
            )
    return table[-1][-1]


def _long_text(chance: random.Random, words: int) -> str:
    vocabulary = ["the", "of", "a", *(f"w{number}" for number in range(2000))]
    return " ".join(
        chance.choice(vocabulary) + chance.choice(["", "", "", ".", ","]) for _ in range(words)
    )


def test_texts_of_five_thousand_words_differ_in_under_half_a_second() -> None:
    chance = random.Random(3)
    a, b = _long_text(chance, 5000), _long_text(chance, 5000)
    begin = time.perf_counter()
    found = word_diff(a, b)
    assert time.perf_counter() - begin < 0.5
    assert not found.coarse


def test_texts_too_long_for_words_are_aligned_by_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "EXACT_LIMIT", 60)
    a = "First here ones. Kept sentence stands here. Old tail ends now."
    b = "Begin other twos. Kept sentence stands here. New head closes now soon."
    found = word_diff(a, b)
    assert "] Kept sentence stands here. [" in marked(found.a)
    assert (plain(found.a), plain(found.b)) == (a, b)
    assert not found.coarse


def test_stretches_that_were_not_compared_are_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "EXACT_LIMIT", 10)
    found = word_diff("one two three four five", "six seven three nine ten")
    assert found.coarse
    assert marked(found.a) == "[one two three four five]"


@pytest.mark.parametrize("piece", ["!", "! ", "a ", "the ", "\n", "é"])
def test_a_megabyte_of_the_same_sign_is_compared_soon(piece: str) -> None:
    a, b = piece * (1_000_000 // len(piece)), "?" + piece * 400_000 + "?"
    found = word_diff(a, b)
    assert (plain(found.a), plain(found.b)) == (a, b)
