"""Bit planes hold what was packed, and counting them is counting pairs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from profile_core.stats import planes
from tests.stats_brute_force import WORKED, as_planes, cell, random_study


@given(arrays.arrays(np.bool_, st.tuples(st.integers(1, 3), st.integers(0, 200))))
def test_packing_and_unpacking_give_the_same_pairs(bits):
    packed = planes.pack(bits)
    assert packed.dtype == np.uint64
    assert packed.shape == (len(bits), -(-bits.shape[1] // 64))
    assert (planes.unpack(packed, bits.shape[1]) == bits).all()
    assert (planes.count_bits(packed) == bits.sum(axis=1)).all()


def test_the_worked_case_has_two_concordant_one_discordant_one_tied():
    built, _ = as_planes(WORKED)
    found = planes.counts(built)
    assert [int(x.item()) for x in (found.concordant, found.discordant, found.tied)] == [2, 1, 1]
    assert found.missing.item() == 0
    assert found.pairs.item() == 4


@pytest.mark.parametrize("seed", range(8))
def test_counts_equal_a_loop_over_pairs_with_and_without_a_mask(seed):
    study = random_study(seed, pairs=30 + 97 * seed, prompts=5 + 9 * seed)
    built, stored = as_planes(study, seed=seed)
    wanted = np.random.default_rng(seed).random(len(stored)) < 0.4
    chosen = [pair for pair, keep in zip(stored, wanted, strict=True) if keep]
    for mask, pairs in ((None, stored), (planes.mask_from_bool(wanted), chosen)):
        found = planes.counts(built, mask)
        for s in range(2):
            for k in range(3):
                twin = cell(pairs, s, k)
                assert found.concordant[s, k] == twin.concordant
                assert found.discordant[s, k] == twin.discordant
                assert found.tied[s, k] == twin.tied
                assert found.missing[s, k] == twin.missing


def test_counts_go_on_beyond_one_pass_over_the_words():
    pairs = 64 * 9000 + 17
    draw = np.random.default_rng(0)
    a, choice = draw.integers(0, 3, pairs), draw.integers(0, 3, pairs)
    built = planes.assemble(
        [0, pairs],
        [planes.pack_factor(a, np.ones(pairs))],
        [planes.pack_source(choice == 0, choice == 1)],
    )
    z = np.sign(a - 1) * np.select([choice == 0, choice == 1], [1, -1], 0)
    found = planes.counts(built)
    assert found.concordant.item() == (z == 1).sum()
    assert found.discordant.item() == (z == -1).sum()
    assert found.tied.item() == ((a == 1) & (choice < 2)).sum()


def test_differences_within_the_resolution_are_ties_and_nan_is_missing():
    values = planes.pack_factor(
        [0.3, 1.0, np.nan, 2.0, np.inf, 1.0],
        [0.1 + 0.2, 1.1, 1.0, np.nan, np.inf, 0.5],
        resolution=1e-9,
    )
    assert planes.unpack(values.greater, 6).tolist() == [0, 0, 0, 0, 0, 1]
    assert planes.unpack(values.less, 6).tolist() == [0, 1, 0, 0, 0, 0]
    assert planes.unpack(values.defined, 6).tolist() == [1, 1, 0, 0, 1, 1]
    exact = planes.pack_factor([0.3], [0.1 + 0.2])
    assert planes.unpack(exact.less, 1).item()


def test_prompts_are_contiguous_whole_and_in_a_random_order_that_a_seed_repeats():
    ids = [f"p{i % 50}" for i in range(300)]
    order, starts = planes.prompt_order(ids, seed=3)
    assert sorted(order.tolist()) == list(range(300))
    stored = [ids[i] for i in order]
    runs = [stored[start:end] for start, end in pairwise(starts)]
    assert all(len(set(run)) == 1 for run in runs)
    assert len({run[0] for run in runs}) == 50
    assert [run[0] for run in runs] != sorted(run[0] for run in runs)
    assert all((np.diff(order[start:end]) > 0).all() for start, end in pairwise(starts))
    again, _ = planes.prompt_order(ids, seed=3)
    other, _ = planes.prompt_order(ids, seed=4)
    assert (again == order).all()
    assert (other != order).any()


def test_the_prompt_of_each_pair_follows_from_the_runs():
    built, stored = as_planes(random_study(1))
    for place, pair in zip(built.prompt_of, stored, strict=True):
        assert stored[built.prompt_starts[place]].prompt == pair.prompt


def test_a_mask_from_places_equals_a_mask_from_booleans():
    wanted = np.random.default_rng(0).random(130) < 0.5
    places = np.flatnonzero(wanted)
    assert (planes.mask_from_indices(places, 130) == planes.mask_from_bool(wanted)).all()
    assert planes.mask_from_indices([], 130).sum() == 0


@pytest.mark.parametrize("place", [-1, 130])
def test_a_place_outside_the_pairs_is_refused(place):
    with pytest.raises(IndexError, match=r"0\.\.129"):
        planes.mask_from_indices([place], 130)


def test_patching_gives_the_planes_that_the_corrected_values_would_have_given():
    draw = np.random.default_rng(5)
    a, b = draw.integers(1, 5, (2, 2, 200)).astype(float)
    a[0, draw.random(200) < 0.2] = np.nan
    built = planes.assemble(
        np.arange(0, 201, 4), [planes.pack_factor(x, y) for x, y in zip(a, b, strict=True)], []
    )
    places = draw.permutation(200)[:37]
    corrected = a.copy()
    corrected[0, places] = draw.integers(1, 5, 37)
    corrected[0, places[:5]] = np.nan
    patched = planes.patched(
        built, 0, places, planes.pack_factor(corrected[0, places], b[0, places])
    )
    expected = planes.pack_factor(corrected[0], b[0])
    assert (patched.greater[0] == expected.greater).all()
    assert (patched.less[0] == expected.less).all()
    assert (patched.defined[0] == expected.defined).all()
    assert (patched.greater[1] == built.greater[1]).all()
    untouched = planes.pack_factor(a[0], b[0])
    assert (built.greater[0] == untouched.greater).all()


def test_restricting_keeps_the_chosen_sources_and_factors_in_order():
    built, stored = as_planes(random_study(2))
    found = planes.counts(built.restricted([1], [2, 0]))
    assert found.concordant.tolist() == [[cell(stored, 1, k).concordant for k in (2, 0)]]


def test_planes_that_cannot_belong_together_are_refused():
    factor = planes.pack_factor(np.zeros(70), np.zeros(70))
    with pytest.raises(ValueError, match="3 words for 130 pairs"):
        planes.assemble([0, 130], [factor], [])
    with pytest.raises(ValueError, match="rise from 0"):
        planes.assemble([0, 70, 70], [factor], [])
    with pytest.raises(ValueError, match="both responses"):
        planes.pack_source(np.array([True]), np.array([True]))
    with pytest.raises(ValueError, match="differ in shape"):
        planes.pack_factor([1.0, 2.0], [1.0])


def test_no_pairs_at_all_count_as_nothing():
    factor, source = planes.pack_factor([], []), planes.pack_source(*np.zeros((2, 0), bool))
    built = planes.assemble([0], [factor], [source])
    assert planes.counts(built).pairs.tolist() == [[0]]


def test_a_mask_of_other_pairs_is_refused():
    built, _ = as_planes(random_study(0, pairs=150))
    with pytest.raises(ValueError, match="mask"):
        planes.counts(built, planes.mask_from_bool(np.ones(60, bool)))
