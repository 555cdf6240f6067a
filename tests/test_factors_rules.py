"""The rule extractors, one known answer at a time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profile_core.errors import UnknownName
from profile_core.factors.rules import (
    Measurement,
    Subject,
    measure,
    rule_factors,
    rule_version,
)
from profile_core.factors.rules.base import EVIDENCE_CAP
from profile_core.text.tokens import Span

CODE = "Run it:\n\n```py\n# not a heading\n- not an item\nprint(1)  # **no**\n```\n\nDone."

HOSTILE_SIGNS = [
    "!",
    "! ",
    ".)",
    "\n",
    "\n ",
    " ",
    "*",
    "`",
    "```\n",
    "#",
    "# \n",
    "(",
    '"',
    "\t",
    ";",
]
HOSTILE_SIGNS += ["- ", ", ", "…\u00a0", "\r\n", "\ud800", "\u0301", "👩\u200d💻"]
HOSTILE_WORDS = [
    "a",
    "a'",
    "**a",
    "__a",
    "```a`\n",
    "~~~a\n",
    "1,",
    "1. ",
    "1. \n",
    "e\u0301",
    "好",
]
HOSTILE_WORDS += ["i think ", "Abc ", "a\u200d", "e.g. "]


def value(factor: str, text: str, **beside: str | None) -> float | None:
    return one(factor, text, **beside).value


def one(factor: str, text: str, **beside: str | None) -> Measurement:
    (found,) = measure(Subject(text, **beside), [factor])  # type: ignore[arg-type]
    assert found.factor == factor
    return found


def quotes(factor: str, text: str, **beside: str | None) -> tuple[str, ...]:
    evidence = one(factor, text, **beside).evidence
    return evidence.quotes(text) if evidence else ()


@pytest.mark.parametrize(
    ("factor", "text", "expected"),
    [
        ("length", "", 0),
        ("length", "true", 1),
        ("length", " one\ttwo\u00a0three - four\n", 5),
        ("characters", "añ🙂\n", 4),
        ("lengthy", "w " * 49, 0),
        ("lengthy", "w " * 50, 1),
        ("lengthy", "w " * 299, 2),
        ("lengthy", "w " * 300, 3),
        ("sentences", "", 0),
        ("sentences", "One. Two! Three", 3),
        ("sentences", CODE, 2),
        ("paragraphs", "", 0),
        ("paragraphs", "one\ntwo", 1),
        ("paragraphs", "one\n \ntwo\n\n\n\nthree\n", 3),
        ("n_clauses", "", 0),
        ("n_clauses", "It rained.", 1),
        ("n_clauses", "Although it rained, we left, and they stayed; nobody slept.", 4),
        ("n_clauses", "Who came? The man who called.", 3),
        ("n_clauses", "Salt and pepper.", 1),
        ("list_items", "- one\n* two\n3. three\n (a) four\nb) five\n• six", 6),
        ("list_items", "J. Smith came.\n* * *\n- - -\n-no\n3.5 is\n**bold**", 0),
        ("list_items", CODE, 0),
        ("headings", "# One\n### Two\n#no\n####### no\ntext # no", 2),
        ("headings", CODE, 0),
        ("bold_spans", "**one** and __two__ and **three\nfour** and ** no **", 2),
        ("bold_spans", CODE, 0),
        ("code_blocks", CODE, 1),
        ("code_blocks", "```\na\n```\ntext\n~~~\nb\n```\n~~~", 2),
        ("code_blocks", "```\nnever closed", 1),
        ("code_blocks", "```inline``` is none", 0),
        ("question_marks", "Who? Wer?? 谁？ من؟", 5),
        ("exclamation_marks", "Oh! 好！", 2),
        ("first_person", "I think we’re fine; it's mine. US, us, them.", 4),
        ("hedges", "Perhaps it might rain. I think so, I guess. Kind of; not sure.", 6),
        ("hedges", "I know it is so.", 0),
        ("numbers", "1. Add 2 or 1,000 at 10:30.\n2) The 3rd of three.", 4),
        ("numbers", "none", 0),
    ],
)
def test_counts_are_exact(factor: str, text: str, expected: int) -> None:
    assert value(factor, text) == expected


def test_variety_of_words_ignores_case() -> None:
    assert value("type_token_ratio", "The cat saw the cat") == pytest.approx(3 / 5)


def test_readability_is_flesch_reading_ease() -> None:
    found = value("readability", "The cat sat on the mat. The table is made of wood.")
    assert found == pytest.approx(206.835 - 1.015 * 12 / 2 - 84.6 * 13 / 12)


def test_harder_language_reads_less_easily() -> None:
    easy = value("readability", "We ate. It was good. Then we went home.")
    hard = value("readability", "Institutional considerations necessitate organisational change.")
    assert easy is not None
    assert hard is not None
    assert easy > 90
    assert hard < 30


def test_readability_does_not_apply_to_other_scripts() -> None:
    assert value("readability", "Это совсем другой язык.") is None
    assert value("readability", "12 13 14") is None


def test_novel_words_are_content_words_that_the_source_lacks() -> None:
    text = "The dogs saw a whale in Paris"
    assert value("novel_words", text, source_text="A dog saw it.") == pytest.approx(2 / 4)
    assert quotes("novel_words", text, source_text="A dog saw it.") == ("whale", "Paris")


def test_novel_words_fall_back_to_the_prompt_without_a_source() -> None:
    assert value("novel_words", "Whales sing", prompt="Do whales sing?") == 0.0
    assert value("novel_words", "Whales sing", prompt="whale", source_text="") == 0.5


def test_novel_words_do_not_apply_without_anything_to_compare() -> None:
    assert value("novel_words", "Whales sing") is None
    assert value("novel_words", "of the", prompt="whale") is None


def test_unsupported_names_and_numbers_are_those_that_source_and_prompt_lack() -> None:
    text = "Yesterday Anna Berg paid 1000 euros for three of 7 NATO maps. Bonn paid 20."
    found = one(
        "unsupported_tokens",
        text,
        source_text="Mr. Berg paid 1,000 euros for 3 maps.",
        prompt="What did Anna do?",
        task="document_qa",
    )
    assert found.value == pytest.approx(3 / 6)
    assert found.evidence is not None
    assert found.evidence.quotes(text) == ("7", "NATO", "20")


def test_unsupported_tokens_do_not_apply_without_source_names_or_numbers() -> None:
    assert value("unsupported_tokens", "Anna paid.", task="summarization") is None
    assert value("unsupported_tokens", "He paid it.", source_text="Anna paid.") is None


def test_list_numbers_and_words_that_open_a_sentence_are_no_names_or_numbers() -> None:
    text = "1. Wash it.\n2. Dry it. Then **Fold** it. I rest."
    assert quotes("unsupported_tokens", text, source_text="Nothing.") == ("Fold",)


def test_an_amount_is_supported_by_the_same_amount_only() -> None:
    assert value("unsupported_tokens", "It is 3", source_text="It was 3.5") == 1.0
    assert value("unsupported_tokens", "It is 3", source_text="the 3rd") == 0.0


def test_source_words_used_count_each_occurrence() -> None:
    source = "Whales sing. Whales dive deep."
    assert value("lexical_coverage", "A whale sang", source_text=source) == pytest.approx(2 / 5)
    assert value("lexical_coverage", "", source_text=source) == 0.0
    assert value("lexical_coverage", "A whale") is None


def test_sentences_without_a_topic_word_are_off_focus() -> None:
    text = "Whales sing. The weather is fine."
    assert value("lexical_off_focus", text, prompt="Do whales sing?") == 0.5
    assert quotes("lexical_off_focus", text, prompt="Do whales sing?") == ("The weather is fine.",)
    assert value("lexical_off_focus", "", prompt="Do whales sing?") is None
    assert value("lexical_off_focus", text, prompt="of the") is None


def test_the_topic_of_a_summary_is_what_its_source_repeats() -> None:
    source = "Weather matters. The weather changed. A whale sang."
    text = "Whales sing. The weather is fine."
    beside = {"prompt": "Summarise.", "source_text": source}
    assert value("lexical_off_focus", text, task="summarization", **beside) == 0.5
    assert value("lexical_off_focus", text, task="document_qa", **beside) == 1.0


def test_a_factor_of_other_tasks_does_not_apply() -> None:
    source = "Whales sing."
    for factor in ("lexical_coverage", "unsupported_tokens"):
        text = "Whales sing in Rome."
        assert value(factor, text, source_text=source, task="helpful_response") is None
        assert value(factor, text, source_text=source, task="summarization") is not None
        assert value(factor, text, source_text=source, task="") is not None


def test_code_is_no_prose() -> None:
    with_code = "Whales sing.\n```\nx = 42  # I might\n```\nAnna dives."
    for factor in ("numbers", "hedges", "first_person", "sentences"):
        assert value(factor, with_code) == value(factor, "Whales sing.\n\nAnna dives.")
    assert quotes("novel_words", with_code, prompt="whales sing") == ("Anna", "dives")


def test_evidence_is_capped_and_says_how_much_there_is() -> None:
    evidence = one("first_person", "I " * 100).evidence
    assert evidence is not None
    assert (len(evidence.spans), evidence.total) == (EVIDENCE_CAP, 100)
    assert len(evidence.as_json()) < 400


def test_evidence_is_written_as_json() -> None:
    evidence = one("hedges", "I think it might.").evidence
    assert evidence is not None
    assert evidence.spans == (Span(0, 7), Span(11, 16))
    assert json.loads(evidence.as_json()) == {"spans": [[0, 7], [11, 16]], "total": 2}


def test_an_empty_response_has_counts_of_zero_and_no_ratios() -> None:
    subject = Subject("", "Do whales sing?", "Whales sing.", "summarization")
    found = {m.factor: m.value for m in measure(subject)}
    without = {"novel_words", "type_token_ratio", "readability", "unsupported_tokens"}
    without |= {"lexical_off_focus"}
    assert {factor for factor, value in found.items() if value is None} == without
    assert {value for value in found.values() if value is not None} == {0.0}


def test_all_rules_are_measured_in_order_or_those_asked_for() -> None:
    assert tuple(m.factor for m in measure(Subject("One."))) == rule_factors()
    asked = ["sentences", "length"]
    assert [m.factor for m in measure(Subject("One."), asked)] == asked


def test_a_factor_without_a_rule_is_named() -> None:
    with pytest.raises(UnknownName, match=r"lenght.*length"):
        measure(Subject("One."), ["lenght"])
    with pytest.raises(UnknownName, match="fluency"):
        rule_version("fluency")


def test_every_rule_has_a_version() -> None:
    assert all(rule_version(factor).isdigit() for factor in rule_factors())


@given(st.text(), st.text(), st.one_of(st.none(), st.text()))
def test_measuring_again_gives_the_same_and_evidence_stands_in_the_text(
    text: str, prompt: str, source: str | None
) -> None:
    subject = Subject(text, prompt, source)
    found = measure(subject)
    assert found == measure(subject)
    for measurement in found:
        if measurement.evidence:
            assert measurement.value
            for start, end in measurement.evidence.spans:
                assert 0 <= start < end <= len(text)


@given(st.text(), st.text())
def test_one_factor_alone_has_the_value_it_has_among_all(text: str, source: str) -> None:
    subject = Subject(text, "prompt", source)
    assert measure(subject) == [measure(subject, [f])[0] for f in rule_factors()]


@pytest.mark.parametrize("piece", [*HOSTILE_SIGNS, *HOSTILE_WORDS])
def test_half_a_megabyte_of_anything_is_measured(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    found = measure(Subject(text, text[:1000], text[:1000], "summarization"))
    assert len(found) == len(rule_factors())


def test_a_long_text_after_an_opening_mark_is_measured() -> None:
    for lead in ("**", "__", "```", "\n\n", '"', "("):
        text = (lead + "a" * 1000 + " ") * 500
        assert measure(Subject(text, "x"))[0].value == len(text.split())
