"""Influence tables: the worked case, a loop over pairs, and the edges of what can be said."""

from __future__ import annotations

import numpy as np
import pytest

from profile_core.stats import clusters, planes
from profile_core.stats.intervals import Note
from profile_core.stats.tau import influence, soft_tau, tau13, tau14
from profile_core.types import Variant
from tests.stats_brute_force import (
    WORKED,
    Pair,
    as_planes,
    cell,
    random_study,
    ratio_interval,
)


def agree(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)


def test_the_worked_case_has_tau_a_quarter():
    built, _ = as_planes(WORKED)
    table = influence(built)
    assert table.tau.item() == 0.25
    assert table.pairs.item() == 4
    assert table.prompts.item() == 4
    assert tau14(2, 1, 1) == 0.25
    assert tau13(2, 1) == pytest.approx(1 / 3)


def test_a_tau_without_a_pair_is_nan():
    agree(tau14([0, 3], [0, 1], [0, 0]), [np.nan, 0.5])
    agree(tau13([0, 3], [0, 1]), [np.nan, 0.5])


def test_an_interval_worked_by_hand():
    # Six prompts with S = 1, 2, -1, 0, 1, 1 and n = 1, 2, 1, 1, 1, 2: tau = 4/8. The squared
    # remainders .25 + 1 + 2.25 + .25 + .25 + 0 = 4 give var = 6/5 * 4/64 = .075, and the 97.5 %
    # point of t with 5 degrees of freedom is 2.5706.
    z = [[1], [1, 1], [-1], [0], [1], [1, 0]]
    study = [Pair(g, ("a",), (float(v),)) for g, prompt in enumerate(z) for v in prompt]
    table = influence(as_planes(study)[0])
    assert table.tau.item() == 0.5
    assert table.se.item() == pytest.approx(0.075**0.5, rel=1e-14)
    assert table.low.item() == pytest.approx(0.5 - 2.570581835636 * 0.075**0.5, rel=1e-10)
    assert table.high.item() == 1.0
    assert table.prompts.item() == 6
    assert table.note.item() is Note.SMALL


@pytest.mark.parametrize("variant", [Variant.TAU14, Variant.TAU13])
@pytest.mark.parametrize("seed", range(8))
def test_every_cell_equals_a_loop_over_pairs_with_and_without_a_mask(seed, variant):
    study = random_study(seed, pairs=30 + 97 * seed, prompts=5 + 20 * seed)
    built, stored = as_planes(study, seed=seed)
    wanted = np.random.default_rng(seed).random(len(stored)) < 0.3
    chosen = [pair for pair, keep in zip(stored, wanted, strict=True) if keep]
    for mask, pairs in ((None, stored), (planes.mask_from_bool(wanted), chosen)):
        table = influence(built, mask, variant=variant)
        for s in range(2):
            for k in range(3):
                twin = cell(pairs, s, k, tied=variant is Variant.TAU14)
                for name in ("concordant", "discordant", "tied", "missing", "prompts"):
                    assert getattr(table, name)[s, k] == getattr(twin, name), name
                for name in ("tau", "se", "low", "high", "p"):
                    agree(getattr(table, name)[s, k], getattr(twin, name))


def study_of(*prompts):
    return [
        Pair(g, ("a",), (None if v is None else float(v),))
        for g, p in enumerate(prompts)
        for v in p
    ]


@pytest.mark.parametrize(
    ("prompts", "note", "p"),
    [
        ([[1], [1], [1, 1], [-1]], Note.FEW_PROMPTS, 0.625),
        ([[1], [1], [1], [1], [1], [1]], Note.NO_VARIANCE, 2 / 64),
        ([[-1, -1], [-1], [-1], [-1], [-1]], Note.NO_VARIANCE, 2 / 32),
        ([[1, 0, 0]] * 7, Note.NO_VARIANCE, 2 / 128),
        ([[0], [0], [0], [0], [0], [0]], Note.ALL_TIED, np.nan),
        ([[0], [0]], Note.ALL_TIED, np.nan),
        ([[None], [None]], Note.NO_PAIR, np.nan),
    ],
)
def test_a_cell_that_bears_no_interval_says_why_and_is_tested_by_signs(prompts, note, p):
    table = influence(as_planes(study_of(*prompts))[0])
    assert table.note.item() is note
    assert np.isnan([table.se.item(), table.low.item(), table.high.item()]).all()
    agree(table.p.item(), p)


def test_thirty_prompts_are_enough_for_a_plain_interval():
    prompts = [[1, 0, -1][g % 3 :] for g in range(30)]
    assert influence(as_planes(study_of(*prompts))[0]).note.item() is Note.NONE
    assert influence(as_planes(study_of(*prompts[:29]))[0]).note.item() is Note.SMALL


def test_q_is_over_the_factors_of_one_source():
    built, _ = as_planes(random_study(3, factors=5))
    together, alone = influence(built), influence(built.restricted([1]))
    agree(together.q[1], alone.q[0])
    assert (together.q >= together.p).all()


def many_pairs(pairs, per_prompt, seed=0, factors=4, defined=0.7):
    """Pairs whose prompts have a taste of their own, so that clustering matters."""
    draw = np.random.default_rng(seed)
    ids = draw.integers(0, pairs // per_prompt, pairs)
    order, starts = planes.prompt_order(ids)
    lean = draw.normal(size=(factors, ids.max() + 1))
    rows = []
    for k in range(factors):
        difference = np.round(draw.normal(size=pairs) + lean[k, ids])
        difference[draw.random(pairs) > (1 if k == 0 else defined)] = np.nan
        rows.append(planes.pack_factor(difference[order], np.zeros(pairs)))
    choice = draw.normal(size=pairs)
    source = planes.pack_source((choice > -0.9)[order], (choice < -1)[order])
    return planes.assemble(starts, rows, [source])


@pytest.mark.parametrize("per_prompt", [2, 5, 12])
def test_blocks_of_prompts_give_the_exact_standard_error_within_two_percent(
    per_prompt, monkeypatch
):
    built = many_pairs(260_000, per_prompt)
    blocked = influence(built)
    monkeypatch.setattr(clusters, "EXACT_PAIRS", 10**9)
    exact = influence(built)
    assert (blocked.tau == exact.tau).all()
    assert (blocked.prompts == exact.prompts).all()
    assert (blocked.se != exact.se).any()
    np.testing.assert_allclose(blocked.se, exact.se, rtol=0.02)


def test_a_rare_factor_stays_exact_among_blocks(monkeypatch):
    built = many_pairs(260_000, 5, defined=0.002)
    blocked = influence(built)
    monkeypatch.setattr(clusters, "EXACT_PAIRS", 10**9)
    exact = influence(built)
    agree(blocked.se[0, 1:], exact.se[0, 1:])
    assert (blocked.prompts == exact.prompts).all()


@pytest.mark.parametrize("seed", range(4))
def test_blocks_miscount_no_prompt_even_where_prompts_span_many_words(seed, monkeypatch):
    for name, value in (("EXACT_PAIRS", 0), ("_SPARSE_PAIRS", 0), ("_SPARSE_PROMPTS", 0)):
        monkeypatch.setattr(clusters, name, value)
    monkeypatch.setattr(clusters, "BLOCKS", 7)
    study = random_study(seed, pairs=4000, prompts=80, missing=0.6, abstains=0.97)
    built, stored = as_planes(study, seed=seed)
    assert np.diff(built.prompt_starts).max() > 128
    found = clusters.cluster_moments(built)
    assert (found.clusters <= 7).all()
    for s in range(2):
        for k in range(3):
            twin = cell(stored, s, k)
            assert found.prompts[s, k] == twin.prompts < built.prompts
            assert found.s[s, k] == twin.concordant - twin.discordant
            assert found.n[s, k] == twin.concordant + twin.discordant + twin.tied


def test_blocks_hold_whole_prompts(monkeypatch):
    # Each prompt has one concordant and one discordant pair: any whole prompts cancel exactly.
    for name, value in (("EXACT_PAIRS", 0), ("_SPARSE_PAIRS", 0), ("_SPARSE_PROMPTS", 0)):
        monkeypatch.setattr(clusters, name, value)
    monkeypatch.setattr(clusters, "BLOCKS", 9)
    sizes = [1, 5, 30, 2, 9] * 8
    found = clusters.cluster_moments(as_planes(study_of(*[[1, -1] * m for m in sizes]))[0])
    assert found.ss.item() == found.sn.item() == 0
    assert found.nn.item() > sum(4 * m * m for m in sizes)
    assert found.prompts.item() == 40
    assert found.clusters.item() <= 9


def test_blocks_that_all_say_the_same_are_tested_by_their_prompts(monkeypatch):
    for name, value in (("EXACT_PAIRS", 0), ("_SPARSE_PAIRS", 0), ("_SPARSE_PROMPTS", 0)):
        monkeypatch.setattr(clusters, name, value)
    monkeypatch.setattr(clusters, "BLOCKS", 6)
    table = influence(as_planes(study_of(*[[1, 1]] * 20))[0])
    assert table.note.item() is Note.NO_VARIANCE
    agree(table.p.item(), 2 / 2**20)


def test_cluster_sums_are_the_sums_of_each_prompt():
    built, stored = as_planes(random_study(6))
    found = clusters.cluster_sums(built)
    for s in range(2):
        for k in range(3):
            used = found.n[:, s, k] > 0
            twin = cell(stored, s, k)
            agree(
                ratio_interval(
                    found.s[used, s, k].astype(object), found.n[used, s, k].astype(object)
                )[:2],
                (twin.tau, twin.se),
            )
            assert used.sum() == twin.prompts
    first = stored[built.prompt_starts[found.prompts[0]]].prompt
    assert any(p.prompt == first and set(p.choices) & {"a", "b"} for p in stored)


def test_soft_tau_weighs_each_pair_by_its_margin():
    # margins .8, -.4, 0, .2 and signs +, +, -, 0: (.8 - .4) / (.8 + .4 + .2) = 2/7
    found = soft_tau([0.9, 0.3, 0.5, 0.6], [[1, 1, -1, 0]], [0, 1, 2, 3, 4])
    agree(found.estimate, [2 / 7])
    assert found.prompts.tolist() == [3]


def test_soft_tau_of_certain_probabilities_is_tau14():
    study = random_study(4)
    built, stored = as_planes(study)
    table = influence(built)
    certain = {"a": 1.0, "b": 0.0}
    for s in range(2):
        found = soft_tau(
            [certain.get(pair.choices[s], np.nan) for pair in stored],
            [planes.signs(built, k) for k in range(3)],
            built.prompt_starts,
        )
        for name in ("se", "low", "high", "p", "prompts"):
            agree(getattr(found, name), getattr(table, name)[s])
        agree(found.estimate, table.tau[s])


def test_soft_tau_is_refused_where_there_are_only_choices():
    with pytest.raises(ValueError, match="soft_tau"):
        influence(as_planes(WORKED)[0], variant=Variant.SOFT)


@pytest.mark.parametrize(("factors", "sources"), [(0, 1), (1, 0), (1, 1)])
def test_a_table_without_pairs_factors_or_sources_is_empty_and_no_error(factors, sources):
    for pairs in (0, 3):
        built = planes.assemble(
            np.arange(pairs + 1),
            [planes.pack_factor(np.zeros(pairs), np.zeros(pairs))] * factors,
            [planes.pack_source(*np.zeros((2, pairs), bool))] * sources,
        )
        table = influence(built)
        assert table.tau.shape == (sources, factors)
        assert np.isnan(table.tau).all()
        assert all(note is Note.NO_PAIR for note in table.note.flat)
