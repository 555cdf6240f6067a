"""The influence table against a slow twin: plain Python over the study's long tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis.influence import influence
from profile_core.errors import NotEstimable, UnknownName
from profile_core.formats.spec import ImportOptions
from profile_core.store import factors
from profile_core.store.study import Study
from profile_core.types import LabelSet, Setting
from tests.studies import A, B, empty_study, levels_batch, pairs_batch, small_batch, write

Cell = tuple[str, str, str]
"""Setting, source, factor."""


def twin(study: Study) -> dict[Cell, tuple[int, int, int, int, int, float | None]]:
    """Concordant, discordant, tied, missing, prompts and tau of every cell with decided pairs."""
    values, extractors = _values(study)
    resolutions = {
        name: factor.resolution for name, factor in factors.current(study.cursor()).items()
    }
    choices = _choices(study)
    cells: dict[Cell, Counter[str]] = defaultdict(Counter)
    prompts: dict[Cell, set[str]] = defaultdict(set)
    pairs = _rows(study, "SELECT pair_id, prompt_id, setting, response_a, response_b FROM pair")
    for pair, prompt, setting, response_a, response_b in pairs:
        for source, choice in choices[pair].items():
            if choice not in ("a", "b"):
                continue
            for factor in extractors:
                cell = (setting, source, factor)
                a, b = values.get((response_a, factor)), values.get((response_b, factor))
                if a is None or b is None:
                    cells[cell]["missing"] += 1
                    continue
                prompts[cell].add(prompt)
                if abs(a - b) <= resolutions[factor]:
                    cells[cell]["tied"] += 1
                else:
                    more = "a" if a > b else "b"
                    cells[cell]["concordant" if more == choice else "discordant"] += 1
    return {cell: _summary(found, len(prompts[cell])) for cell, found in cells.items()}


def _summary(found: Counter[str], prompts: int) -> tuple[int, int, int, int, int, float | None]:
    c, d, t = found["concordant"], found["discordant"], found["tied"]
    tau = (c - d) / (c + d + t) if c + d + t else None
    return c, d, t, found["missing"], prompts, tau


def _choices(study: Study) -> dict[str, dict[str, str | None]]:
    """What each source chose on each pair; a generator prefers its higher level."""
    verdicts: dict[tuple[str, str], dict[str | None, list[str | None]]] = defaultdict(dict)
    for pair, source, order, status, choice in _rows(
        study,
        "SELECT pair_id, name, shown_order, status, choice FROM preference "
        "JOIN source USING (source_id)",
    ):
        by_order = verdicts[pair, source].setdefault(order, [])
        by_order.append(choice if status == "valid" else None)
    found: dict[str, dict[str, str | None]] = defaultdict(dict)
    for (pair, source), by_order in verdicts.items():
        said = [_mode(answers) for answers in by_order.values()]
        found[pair][source] = None if None in said else said[0] if len(set(said)) == 1 else "tie"
    for pair, generator, level_a, level_b in _rows(
        study,
        "SELECT pair_id, a.generator, a.score_level, b.score_level FROM pair "
        "JOIN response AS a ON a.response_id = response_a "
        "JOIN response AS b ON b.response_id = response_b WHERE setting = 'generation'",
    ):
        found[pair][generator] = "a" if level_a > level_b else "b"
    return found


def _mode(answers: list[str | None]) -> str | None:
    (first, most), *others = Counter(answer for answer in answers if answer).most_common() or [
        (None, 0)
    ]
    return "tie" if any(count == most for _, count in others) else first


def _values(study: Study) -> tuple[dict[tuple[str, str], float | None], dict[str, str]]:
    """The values of the extractor in force, and who that is by factor."""
    rows = _rows(
        study, "SELECT response_id, factor, extractor, value, created_at FROM factor_value"
    )
    held: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(lambda: [0, None]))
    for _, factor, extractor, value, created_at in rows:
        entry = held[factor][extractor]
        entry[0] += value is not None
        entry[1] = max(entry[1] or created_at, created_at)
    chosen = {
        factor: min(
            candidates,
            key=lambda name: (-candidates[name][0], -candidates[name][1].timestamp(), name),
        )
        for factor, candidates in held.items()
        if any(count for count, _ in candidates.values())
    }
    values = {
        (response, factor): value
        for response, factor, extractor, value, _ in rows
        if chosen.get(factor) == extractor
    }
    return values, chosen


def _rows(study: Study, query: str) -> list[tuple[Any, ...]]:
    return study.cursor().execute(query).fetchall()


def assert_like_the_twin(study: Study) -> int:
    expected = twin(study)
    found = {
        (row.setting.value, row.source, row.factor): (
            row.concordant,
            row.discordant,
            row.tied,
            row.missing,
            row.prompts,
            row.tau,
        )
        for row in influence(study).rows
    }
    assert found.keys() == expected.keys()
    for cell, row in found.items():
        assert row[:5] == expected[cell][:5], cell
        assert row[5] == pytest.approx(expected[cell][5], abs=1e-12), cell
    return len(found)


def test_a_small_study_agrees_with_the_twin() -> None:
    with empty_study() as study:
        write(study, small_batch(), levels_batch())
        extract(study)
        assert assert_like_the_twin(study) > 30


@pytest.mark.parametrize(
    ("format_name", "path", "sources"),
    [
        ("llmbar", "llmbar", 14),
        ("summeval-op", "summeval_op", 3),
        ("qa-feedback", "qa_feedback_dev/dev_feedback.json", 1),
        ("pandalm", "pandalm", 6),
    ],
)
def test_real_data_agree_with_the_twin(
    shared_data: Path, format_name: str, path: str, sources: int
) -> None:
    with empty_study() as study:
        import_file(study, format_name, shared_data / path)
        extract(study)
        cells = assert_like_the_twin(study)
        assert len({row.source for row in influence(study).rows}) == sources
    assert cells >= 15 * sources


def test_a_derived_preference_carries_its_note_on_its_own_factors_only(shared_data: Path) -> None:
    with empty_study() as study:
        import_file(study, "summeval-op", shared_data / "summeval_op")
        extract(study, factors=["length"])
        noted = {
            row.factor: "part of the derived preference" in row.note
            for row in influence(study).rows
        }
    assert noted.pop("length") is False
    assert len(noted) == 7
    assert all(noted.values())


def test_ratings_without_preferences_have_no_rows_and_say_why(shared_data: Path) -> None:
    file = shared_data / "unieval_topical_chat" / "topical_chat.json"
    mapping = {"prompt": "source", "response": "system_output", "generator": "system_id"}
    with empty_study() as study:
        assert import_file(study, "table", file, ImportOptions(mapping=mapping)).responses == 360
        extract(study, factors=["length"])
        found = influence(study)
    assert found.rows == ()
    assert found.reason
    assert "import preferences" in found.reason


def test_an_empty_study_says_what_to_do() -> None:
    with empty_study() as study:
        found = influence(study)
        assert "no pairs" in (found.reason or "")
        write(study, small_batch())
        assert "run `extract`" in (influence(study).reason or "")
        extract(study, factors=["length"])
        assert influence(study).reason is None
        assert "keeps no pair" in (influence(study, where="task = 'x'").reason or "")
        assert "nobody" in (influence(study, settings=[Setting.GENERATION]).reason or "")


def test_q_is_over_all_factors_whichever_are_shown() -> None:
    texts = [(f"w{i} " * (i + 2), f"- item {i}\n- two") for i in range(40)]
    with empty_study() as study:
        write(study, pairs_batch(texts, [A] * 40))
        extract(study)
        everything = {row.factor: row.q for row in influence(study).rows}
        (alone,) = influence(study, factors=["length"]).rows
    assert alone.q == everything["length"]


def test_rows_are_split_by_a_column_and_names_that_are_not_there_are_told() -> None:
    with empty_study() as study:
        write(
            study,
            pairs_batch([("a b", "c")] * 2, [A, A], task="qa", dataset="one"),
            pairs_batch([("a b", "c")] * 3, [A, B, B], task="summarization", dataset="two"),
        )
        extract(study, factors=["length"])
        rows = influence(study, by="task", factors=["length"]).rows
        assert [(row.group, row.concordant, row.discordant) for row in rows] == [
            ("qa", 2, 0),
            ("summarization", 1, 2),
        ]
        with pytest.raises(UnknownName, match="column"):
            influence(study, by="taks")
        with pytest.raises(UnknownName, match="did you mean human"):
            influence(study, sources=["humans"])
        with pytest.raises(UnknownName, match="length"):
            influence(study, factors=["lenght"])
        with pytest.raises(NotEstimable, match="drawn for review"):
            influence(study, labels=LabelSet.REVIEWED_ONLY)
