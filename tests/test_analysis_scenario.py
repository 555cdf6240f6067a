"""Scenarios are values: written, read, refused and said in words."""

from __future__ import annotations

import json

import pytest

from profile_core.analysis.scenario import (
    Equalised,
    Scenario,
    Weights,
    from_json,
    in_words,
    parse_equalised,
    parse_weights,
    to_json,
)
from profile_core.errors import ProfileError
from profile_core.types import LabelSet, Variant

FULL = Scenario(
    where="task = 'summarization' AND length_a > 3",
    labels=LabelSet.CORRECTED,
    equalised=(Equalised("length", 5.5), Equalised("fluency")),
    dropped=("hedges", "sentences"),
    sources=("human", "gpt-4/x@1"),
    variant=Variant.TAU13,
    weights=Weights("task", (("summarization", 2.0), ("a, b: c", 0.5))),
)


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(),
        FULL,
        Scenario(equalised=(Equalised("length", 0.0),)),
        Scenario(where="meta_x = 'Zürich “quoted”'"),
    ],
)
def test_json_reads_back_what_was_written(scenario) -> None:
    assert from_json(to_json(scenario)) == scenario


def test_the_study_as_it_stands_is_an_empty_object() -> None:
    assert to_json(Scenario()) == "{}"
    assert Scenario().is_plain
    assert not FULL.is_plain


def test_json_names_what_the_command_names() -> None:
    assert json.loads(to_json(FULL)) == {
        "where": "task = 'summarization' AND length_a > 3",
        "labels": "corrected",
        "equalise": [{"factor": "length", "band": 5.5}, {"factor": "fluency"}],
        "drop": ["hedges", "sentences"],
        "sources": ["human", "gpt-4/x@1"],
        "variant": "tau13",
        "weights": {"column": "task", "of": {"summarization": 2.0, "a, b: c": 0.5}},
    }


def test_equal_scenarios_are_the_same_key() -> None:
    assert len({FULL, from_json(to_json(FULL))}) == 1


def test_space_alone_is_no_filter() -> None:
    assert Scenario(where="  ").where is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "not JSON"),
        ("[]", "is a JSON object"),
        ('{"wher": "x"}', "no field 'wher'"),
        ('{"labels": "best"}', "automatic, corrected, reviewed-only or prediction-powered"),
        ('{"variant": 14}', "tau14, tau13 or soft"),
        ('{"equalise": "length"}', "is a list"),
        ('{"equalise": [{"factor": "length", "band": "5"}]}', "is a number"),
        ('{"equalise": [{"factor": "length", "band": -1}]}', "0 or more"),
        ('{"equalise": [{"factor": "length", "band": NaN}]}', "0 or more"),
        ('{"equalise": [{"factor": "length"}, {"factor": "length", "band": 2}]}', "twice"),
        ('{"equalise": [{"factor": "length"}], "drop": ["length"]}', "both equalised and dropped"),
        ('{"weights": {"column": "task"}}', '"of"'),
        ('{"weights": {"column": "task", "of": {"x": -2}}}', "0 or more"),
        ('{"weights": {"column": "task", "of": {"x": "2"}}}', "not a number"),
        ('{"sources": [""]}', "is text"),
        ('{"where": 3}', "is text"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_broken_scenario_is_refused_with_its_place(text, says) -> None:
    with pytest.raises(ProfileError) as refused:
        from_json(text)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("length", Equalised("length")),
        ("length:5", Equalised("length", 5.0)),
        ("ratio:0.05", Equalised("ratio", 0.05)),
        ("my:factor", Equalised("my:factor")),
        ("my:factor:2", Equalised("my:factor", 2.0)),
    ],
)
def test_a_band_is_read_from_the_end(text, expected) -> None:
    assert parse_equalised(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("task=summarization:2", (("summarization", 2.0),)),
        ("task=a:2,b:0.5", (("a", 2.0), ("b", 0.5))),
        ("task=one, two:3,c:1", (("one, two", 3.0), ("c", 1.0))),
        ("task=a:b:3", (("a:b", 3.0),)),
    ],
)
def test_weights_are_read_whatever_the_values_hold(text, expected) -> None:
    assert parse_weights(text) == Weights("task", expected)


@pytest.mark.parametrize("text", ["task", "task=", "task=a", "=a:2", "task=a:2,b"])
def test_weights_of_another_form_are_refused_with_an_example(text) -> None:
    with pytest.raises(ProfileError, match="task=summarization:2"):
        parse_weights(text)


def test_weights_given_twice_are_refused() -> None:
    with pytest.raises(ProfileError, match="twice"):
        Scenario(weights=parse_weights("task=a:2,a:3"))


def test_words_say_everything_that_differs() -> None:
    assert in_words(Scenario()) == "everything as it is"
    assert in_words(FULL) == (
        "pairs with task = 'summarization' AND length_a > 3; corrected labels; length matched "
        "within 5.5; fluency held equal by a model; without hedges and sentences; only human and "
        "gpt-4/x@1; as tau13; weighted by task (summarization × 2, a, b: c × 0.5)"
    )
