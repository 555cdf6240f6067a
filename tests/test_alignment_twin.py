"""The app's alignment equals an independent script on the demo, PandaLM and LLMBar.

Estimates to 1e-9, intervals and chances to 1e-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis.alignment import Alignment, alignment
from profile_core.analysis.planes import load
from profile_core.store.study import Study
from profile_core.types import Setting
from tests import alignment_twin as twin
from tests.what_if_twin import Study as Plain
from tests.what_if_twin import read


@dataclass
class Case:
    found: Alignment
    plain: Plain
    order: list[str]
    """Prompts in the order in which the app keeps them."""
    reference: tuple[str, str]


@pytest.fixture(scope="module", params=["demo", "pandalm", "llmbar"])
def case(request, tmp_path_factory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("twin") / f"{request.param}.duckdb"
    if request.param == "demo":
        study, reference = make_demo(path), "claude"
    else:
        folder, reference = request.getfixturevalue("shared_data") / request.param, "human"
        study = Study.open(path, create=True)
        import_file(study, request.param, folder)
        extract(study)
    with study:
        table = load(study).wide.name
        with study.cursor() as cursor:
            order = cursor.execute(
                f"SELECT DISTINCT prompt_no, prompt_id FROM {table} ORDER BY prompt_no"
            ).fetchall()
            plain = read(cursor)
        yield Case(
            alignment(study), plain, [prompt for _, prompt in order], ("evaluation", reference)
        )


def close(found, expected, within=1e-9) -> None:
    if expected is None or (isinstance(expected, float) and math.isnan(expected)):
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=within)


def root(value: float) -> float:
    return math.sqrt(max(0.0, value))


def key_of(row) -> tuple[str, str]:
    return (row.setting.value, row.source)


def test_rows_equal_the_twin_s(case: Case) -> None:
    standard = twin.tastes(case.plain, case.reference)
    assert case.found.reference is not None
    assert case.found.reference.source.name == case.reference[1]
    sources = {key for pair in case.plain.pairs for key in pair.choices}
    known = {key for key in sources if twin.decided(case.plain, key)} - {case.reference}
    assert {key_of(row) for row in case.found.rows} == known
    for row in case.found.rows:
        key = key_of(row)
        own = twin.tastes(case.plain, key)
        factors = twin.shared(own, standard)
        assert row.factors == len(factors)
        pairs = twin.decided(case.plain, key)
        assert (row.pairs, row.prompts) == (len(pairs), len({pair.prompt for pair in pairs}))
        d2, low, high = twin.distance(case.plain, own, standard) or (None,) * 3
        close(row.d2, d2)
        # a root near 0 is as steep as can be: where noise alone makes the difference
        close(row.distance, None if d2 is None else root(d2), 1e-6 if (d2 or 1) < 1e-6 else 1e-9)
        close(row.distance_low, None if low is None else root(low), 1e-6)
        close(row.distance_high, None if high is None else root(high), 1e-6)
        raw = twin.correlations(
            [own[name].tau for name in factors], [standard[name].tau for name in factors]
        )
        for name, expected in zip(
            ("spearman", "kendall", "pearson"), raw or [None] * 3, strict=True
        ):
            close(getattr(row, name), expected)
        fitted = twin.cross_fitted(case.plain, key, case.reference, factors, case.order)
        close(row.spearman_cross_fitted, fitted if factors else None)


def test_agreement_and_kappa_equal_the_twin_s(case: Case) -> None:
    for row in case.found.rows:
        if row.setting is Setting.GENERATION:
            assert (row.agreement, row.kappa, row.agreement_pairs) == (None, None, 0)
            continue
        rate, low, high, kappa, pairs = twin.agreement(case.plain, key_of(row), case.reference)
        assert row.agreement_pairs == pairs
        close(row.agreement, rate)
        close(row.kappa, kappa)
        close(row.agreement_low, low, 1e-6)
        close(row.agreement_high, high, 1e-6)


def test_factors_equal_the_twin_s(case: Case) -> None:
    standard = twin.tastes(case.plain, case.reference)
    for row in case.found.rows:
        own = twin.tastes(case.plain, key_of(row))
        expected = twin.changes(own, standard)
        q = twin.q_of(expected)
        told = {item.factor: item for item in case.found.factors if key_of(item) == key_of(row)}
        assert told.keys() == own.keys() | standard.keys()
        for factor, item in told.items():
            close(item.tau, own[factor].tau if factor in own else None)
            close(item.reference_tau, standard[factor].tau if factor in standard else None)
            difference, low, high, p = expected.get(factor, (None,) * 4)
            close(item.difference, difference)
            for value, other in ((item.low, low), (item.high, high), (item.p, p)):
                close(value, other, 1e-6)
            close(item.q, q.get(factor), 1e-6)


def test_gaps_and_which_setting_is_nearer_equal_the_twin_s(case: Case) -> None:
    standard = twin.tastes(case.plain, case.reference)
    generators = sorted({pair.generators[0] for pair in case.plain.pairs if pair.levels[0]})
    assert {row.model for row in case.found.gaps} <= set(generators)
    for model in generators:
        generation, evaluation = (
            twin.tastes(case.plain, (setting, model)) for setting in ("generation", "evaluation")
        )
        expected = twin.changes(generation, evaluation)
        adjusted = twin.holm(expected)
        told = {row.factor: row for row in case.found.gaps if row.model == model}
        assert told.keys() == expected.keys()
        for factor, (difference, low, high, p) in expected.items():
            close(told[factor].difference, difference)
            for value, other in (
                (told[factor].low, low),
                (told[factor].high, high),
                (told[factor].p, p),
                (told[factor].p_holm, adjusted[factor]),
            ):
                close(value, other, 1e-6)
        rows = [row for row in case.found.nearer if row.model == model]
        assert len(rows) == (model != case.reference[1])
        for row in rows:
            found = twin.nearer(case.plain, generation, evaluation, standard) or (None,) * 3
            close(row.d2_difference, found[0])
            close(row.low, found[1], 1e-6)
            close(row.high, found[2], 1e-6)


def test_shares_of_higher_levels_equal_the_twin_s(case: Case) -> None:
    judges = sorted(
        {name for pair in case.plain.pairs for kind, name in pair.choices if kind == "evaluation"}
    )
    for check in case.found.manipulation:
        for share in check.shares:
            who = [share.source] if share.source else judges
            expected = twin.higher_preferred(case.plain, check.generator, who, share.level_distance)
            assert expected is not None
            assert (share.choices, share.pairs) == expected[3:]
            close(share.share, expected[0])
            close(share.low, expected[1], 1e-6)
            close(share.high, expected[2], 1e-6)
