"""The app's what-if equals an independent script on the demo, PandaLM and LLMBar.

Estimates to 1e-9, intervals and chances to 1e-6.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from profile_core.actions.demo import make_demo
from profile_core.actions.extract import extract
from profile_core.actions.imports import import_file
from profile_core.analysis.scenario import Equalised, Scenario, Weights
from profile_core.analysis.what_if import what_if
from profile_core.analysis.what_if_rows import WhatIf
from profile_core.store.study import Study
from profile_core.types import Variant
from tests import what_if_twin as twin

FEW = ("length", "sentences", "type_token_ratio", "lexical_coverage")
"""Factors of a model that no data set here tells apart without error."""


@dataclass
class Case:
    study: Study
    plain: twin.Study
    weights: Weights


@pytest.fixture(scope="module", params=["demo", "pandalm", "llmbar"])
def case(request, tmp_path_factory) -> Iterator[Case]:
    path = tmp_path_factory.mktemp("twin") / f"{request.param}.duckdb"
    if request.param == "demo":
        study = make_demo(path)
        weights = Weights("task", (("summarization", 2.5), ("document_qa", 0.0)))
    else:
        folder = request.getfixturevalue("shared_data") / request.param
        study = Study.open(path, create=True)
        import_file(study, request.param, folder)
        extract(study)
        weights = Weights("dataset", ((request.param, 0.5),))
    with study:
        with study.cursor() as cursor:
            plain = twin.read(cursor)
        yield Case(study, plain, weights)


def close(found, expected, within=1e-9) -> None:
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=within)


def compare(found: WhatIf, expected: dict, base: dict) -> None:
    """Rows and differences against the twin's estimates by (setting, source) and factor."""
    told = {(row.setting.value, row.source, row.factor): row for row in found.result.rows}
    rows = {
        (*source, factor): one
        for source, by_factor in expected.items()
        for factor, one in by_factor.items()
        if one
    }
    counted = {key: row for key, row in told.items() if row.tau is not None}
    assert counted.keys() == rows.keys()
    for key, one in rows.items():
        close(told[key].tau, one.tau)
        for name in ("se", "low", "high"):
            close(getattr(told[key], name), getattr(one, name), 1e-6)
        if one.p is not None:
            close(told[key].p, one.p, 1e-6)
    for source, by_factor in expected.items():
        changes = {
            factor: twin.difference(one, base[source][factor])
            for factor, one in by_factor.items()
            if one and base[source][factor]
        }
        own = {
            row.factor: row
            for row in found.differences
            if (row.setting.value, row.source) == source and row.difference is not None
        }
        assert own.keys() == changes.keys()
        for factor, change in changes.items():
            close(own[factor].difference, change.tau)
            close(own[factor].low, change.low, 1e-6)
            close(own[factor].high, change.high, 1e-6)
            if change.p is not None:
                close(own[factor].p, change.p, 1e-6)
        p = {factor: row.p for factor, row in own.items()}
        for factor, q in twin.q_values(p).items():
            close(own[factor].q, q, 1e-6)


def sources(case: Case) -> set[tuple[str, str]]:
    return {source for pair in case.plain.pairs for source in pair.choices}


def estimates(case: Case, factors=None, **settings) -> dict:
    return {
        source: {
            factor: twin.influence(case.plain, source, factor, **settings)
            for factor in factors or case.plain.factors
        }
        for source in sources(case)
    }


@pytest.fixture(scope="module")
def base(case) -> dict:
    return estimates(case)


def run(case: Case, scenario: Scenario, **parts) -> WhatIf:
    parts = {"alignment": False, "win_rates": False, **parts}
    return what_if(case.study, scenario, **parts)


def test_a_filter_equals_the_twin(case, base) -> None:
    found = run(case, Scenario(where="length_a + length_b > 60 AND length_a <> length_b"))

    def keeps(pair) -> bool:
        a, b = (side.get("length") for side in pair.values)
        return a is not None and b is not None and a + b > 60 and a != b

    compare(found, estimates(case, keeps=keeps), base)
    assert found.result.pairs == sum(map(keeps, case.plain.pairs))
    assert found.result.prompts == len({p.prompt for p in case.plain.pairs if keeps(p)})


@pytest.mark.parametrize(("factor", "band"), [("length", 5), ("type_token_ratio", 0.05)])
def test_a_matched_band_equals_the_twin(case, base, factor, band) -> None:
    found = run(case, Scenario(equalised=(Equalised(factor, band),)))
    keeps = twin.in_band(case.plain, factor, band)
    compare(found, estimates(case, keeps=keeps), base)
    assert found.result.pairs == sum(map(keeps, case.plain.pairs))


def test_dropped_factors_are_gone_and_the_rest_is_as_it_was(case, base) -> None:
    dropped = ("length", "characters")
    found = run(case, Scenario(dropped=dropped))
    rest = [factor for factor in case.plain.factors if factor not in dropped]
    compare(found, estimates(case, rest), base)


def test_weights_equal_the_twin(case, base) -> None:
    column, of = case.weights.column, dict(case.weights.of)
    found = run(case, Scenario(weights=case.weights))

    def weigh(pair) -> float:
        return of.get(getattr(pair, column), 1.0)

    compare(found, estimates(case, weigh=weigh), base)


def test_tau13_equals_the_twin(case, base) -> None:
    compare(run(case, Scenario(variant=Variant.TAU13)), estimates(case, tied=False), base)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_modelled_equals_the_twin(case, base, is_weighted) -> None:
    dropped = tuple(sorted(set(case.plain.factors) - set(FEW)))
    weights = case.weights if is_weighted else None
    found = run(case, Scenario(equalised=(Equalised("length"),), dropped=dropped, weights=weights))
    of = dict(case.weights.of) if is_weighted else {}

    def weigh(pair) -> float:
        return of.get(getattr(pair, case.weights.column), 1.0)

    models = {(row.setting.value, row.source): row for row in found.result.models}
    expected = {}
    for source, model in models.items():
        assert not (model.separated and model.factors)  # a judge of hardly any choice has none
        if model.factors:
            expected[source] = twin.modelled(
                case.plain,
                source,
                model.factors,
                ("length",),
                weigh=weigh,
                represented=model.represented,
            )
    assert expected
    compare(found, expected, base)


def test_a_band_and_a_model_together_equal_the_twin(case, base) -> None:
    scenario = Scenario(
        equalised=(Equalised("length"), Equalised("sentences", 2)),
        dropped=tuple(sorted(set(case.plain.factors) - set(FEW))),
    )
    found = run(case, scenario)
    keeps = twin.in_band(case.plain, "sentences", 2)
    expected = {
        (row.setting.value, row.source): twin.modelled(
            case.plain,
            (row.setting.value, row.source),
            row.factors,
            ("length",),
            keeps,
            represented=row.represented,
        )
        for row in found.result.models
        if row.factors
    }
    assert expected
    compare(found, expected, base)


def test_a_model_of_all_factors_equals_the_twin(case, base) -> None:
    found = run(case, Scenario(equalised=(Equalised("length"),)))
    expected = {}
    for row in found.result.models:
        needed = set(row.needs) - set(row.factors)
        if row.factors:
            expected[row.setting.value, row.source] = twin.modelled(
                case.plain,
                (row.setting.value, row.source),
                row.factors,
                ("length",),
                lambda pair, needed=needed: all(
                    pair.difference(factor) is not None for factor in needed
                ),
                represented=row.represented,
            )
    assert any(row.represented for row in found.result.models)
    compare(found, expected, base)


def test_alignment_and_win_rates_of_a_scenario_equal_the_twin(case) -> None:
    scenario = Scenario(equalised=(Equalised("length", 20),))
    found = run(case, scenario, alignment=True, win_rates=True).result
    keeps = twin.in_band(case.plain, "length", 20)
    expected = estimates(case, keeps=keeps)
    reference = ("evaluation", found.reference)
    assert found.alignment
    for row in found.alignment:
        source = row.setting.value, row.source
        if row.distance is not None:
            root, low, high = twin.distance(expected[source], expected[reference])
            close(row.distance, root, 1e-8)
            close(row.distance_low, low, 1e-6)
            close(row.distance_high, high, 1e-6)
        if row.agreement is not None:
            agreed = twin.agreement(case.plain, source, reference, keeps)
            close(row.agreement, agreed.tau)
            close(row.agreement_low, agreed.low, 1e-6)
            close(row.agreement_high, agreed.high, 1e-6)
    for rate in found.win_rates:
        won = twin.win_rate(case.plain, ("evaluation", rate.source), rate.generator, keeps)
        close(rate.rate, won.tau)
        close(rate.low, won.low, 1e-6)
        close(rate.high, won.high, 1e-6)
