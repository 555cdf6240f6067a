"""Factors from files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from profile_core.errors import ProfileError
from profile_core.factors.rules import rule_factors
from profile_core.factors.taxonomy import builtin_factors, load_file, parse
from profile_core.text.sentences import sentences
from profile_core.types import FactorKind

GOOD = """
taxonomy = "my_study"
[[factor]]
name = "warmth"
title = "Warmth"
kind = "ordinal 1-5"
higher_means = "warmer"
definition = "How warm it is."
"""


def test_all_three_taxonomies_load_and_no_name_is_there_twice() -> None:
    factors = builtin_factors()
    assert Counter(factor.taxonomy for factor in factors) == {
        "profile": 13,
        "dissection": 29,
        "rules": 18,
    }
    assert len({factor.name for factor in factors}) == len(factors)
    assert len({factor.title for factor in factors}) == len(factors)


def test_every_factor_has_a_definition_that_an_annotator_can_use() -> None:
    for factor in builtin_factors():
        assert len(sentences(factor.definition)) >= 2, factor.name
        assert factor.definition.endswith("."), factor.name
        assert "\n" not in factor.definition
        assert factor.higher_means, factor.name
        assert factor.unit, factor.name
        assert factor.level_1, factor.name
        assert factor.level_2, factor.name


def test_every_rule_measures_a_factor_that_is_defined() -> None:
    assert set(rule_factors()) <= {factor.name for factor in builtin_factors()}


def test_every_surface_factor_has_a_rule() -> None:
    surface = {factor.name for factor in builtin_factors() if factor.taxonomy == "rules"}
    assert surface <= set(rule_factors())


def test_what_needs_understanding_has_no_rule_of_its_own() -> None:
    understood = {"n_facts", "source_coverage", "off_focus", "hallucination", "fluency"}
    assert understood.isdisjoint(rule_factors())


def test_proxies_say_in_their_title_what_they_stand_for() -> None:
    proxies = {f.name: f for f in builtin_factors() if f.stands_for is not None}
    assert {name: proxy.stands_for for name, proxy in proxies.items()} == {
        "n_clauses": "n_facts",
        "lexical_coverage": "source_coverage",
        "unsupported_tokens": "hallucination",
        "lexical_off_focus": "off_focus",
    }
    titles = {factor.name: factor.title for factor in builtin_factors()}
    for proxy in proxies.values():
        assert "(proxy for " in proxy.title
        assert titles[str(proxy.stands_for)].lower() in proxy.title


def test_proxies_are_defined_for_the_tasks_of_what_they_stand_for() -> None:
    by_name = {factor.name: factor for factor in builtin_factors()}
    for proxy in by_name.values():
        if proxy.stands_for:
            assert proxy.applies_to == by_name[proxy.stands_for].applies_to


def test_the_profile_factors_have_the_tasks_and_kinds_of_the_paper() -> None:
    by_name = {factor.name: factor for factor in builtin_factors()}
    assert by_name["formality_align"].applies_to == ("summarization",)
    assert by_name["hallucination"].applies_to == ("summarization", "document_qa")
    assert by_name["helpfulness"].applies_to == ("helpful_response", "document_qa")
    assert by_name["length"].applies_to == ()
    assert by_name["length"].kind is FactorKind.COUNT
    assert by_name["fluency"].kind is FactorKind.ORDINAL_1_5
    assert by_name["off_focus"].kind is FactorKind.RATIO


def test_the_prompt_is_shown_only_for_the_dissection_factors_that_need_it() -> None:
    shown = {
        factor.name
        for factor in builtin_factors()
        if factor.taxonomy == "dissection" and "prompt" in factor.needs
    }
    conditional = {
        factor.name for factor in builtin_factors() if "Applies only where" in factor.definition
    }
    errors = {"no_minor_errors", "no_moderate_errors", "no_severe_errors"}
    assert len(conditional) == 5
    assert shown == conditional | errors | {"relevant", "novel"}


def test_a_file_of_a_user_loads(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + 'version = 2\nstands_for = "fluency"\n', encoding="utf-8")
    (factor,) = load_file(path)
    assert (factor.name, factor.taxonomy, factor.version) == ("warmth", "my_study", 2)
    assert factor.kind is FactorKind.ORDINAL_1_5
    assert factor.needs == ("response",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('kind = "ordinal 1-5"', 'kind = "stars"'), ("'warmth'", "'kind'", "'stars'", "count")),
        (('kind = "ordinal 1-5"', ""), ("'warmth'", "'kind'", "missing")),
        (('title = "Warmth"', "title = 3"), ("'warmth'", "'title'", "3")),
        (('title = "Warmth"', 'title = " "'), ("'warmth'", "'title'")),
        (('name = "warmth"', 'name = "Warm th"'), ("factor 1", "'name'", "Warm th")),
        (('name = "warmth"', ""), ("factor 1", "'name'")),
        (('title = "Warmth"', 'title = "W"\nweight = 2'), ("'warmth'", "'weight'", "allowed")),
        (('title = "Warmth"', 'title = "W"\nversion = 0'), ("'warmth'", "'version'", "0")),
        (('title = "Warmth"', 'title = "W"\nversion = true'), ("'warmth'", "'version'")),
        (('title = "Warmth"', 'title = "W"\nneeds = ["prompt"]'), ("'warmth'", "'needs'")),
        (('title = "Warmth"', 'title = "W"\napplies_to = "qa"'), ("'warmth'", "'applies_to'")),
        (('title = "Warmth"', 'title = "W"\nstands_for = "x"'), ("'stands_for'", "'x'")),
        (('taxonomy = "my_study"', ""), ("'taxonomy'",)),
        (('taxonomy = "my_study"', 'taxonomy = "my_study"\nauthor = "me"'), ("'author'",)),
        (("[[factor]]", "[[factors]]"), ("'factors'", "factor")),
        (("[[factor]]", "[[factor]"), ("TOML",)),
    ],
)
def test_a_fault_is_told_with_file_factor_and_field(
    tmp_path: Path, change: tuple[str, str], told: tuple[str, ...]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_file(path)
    assert "\n" not in str(refused.value)
    for part in ("mine.toml", *told):
        assert part in str(refused.value)


def test_a_name_that_is_there_twice_is_refused() -> None:
    again = GOOD.split("\n", 2)[2]
    with pytest.raises(ProfileError, match=r"'warmth'.*twice"):
        parse(GOOD + again, "mine.toml")


def test_a_taxonomy_without_factors_is_refused() -> None:
    with pytest.raises(ProfileError, match="no factors"):
        parse('taxonomy = "empty"', "mine.toml")


def test_a_file_that_is_not_there_or_not_text_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="cannot be read"):
        load_file(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ProfileError, match="UTF-8"):
        load_file(tmp_path / "binary.toml")
