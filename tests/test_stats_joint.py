"""Sums by cluster that estimates share: the same numbers as alone, and honest differences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from profile_core.stats import clusters as cluster_module
from profile_core.stats import joint as joints
from profile_core.stats import planes as bits
from profile_core.stats.clusters import cluster_moments, cluster_sums
from profile_core.stats.intervals import Note, paired_difference, ratio_intervals
from profile_core.stats.joint import Clusters, JointSums, joint, joint_sums, weighted_sums
from profile_core.stats.tau import soft_moments
from tests.stats_brute_force import as_planes, random_study


@pytest.fixture(params=range(3))
def planes(request) -> bits.Planes:
    return as_planes(random_study(request.param, pairs=600, prompts=120))[0]


def half(planes: bits.Planes, seed: int = 0) -> bits.Words:
    return bits.pack(np.random.default_rng(seed).random(planes.pairs) < 0.5)


@pytest.mark.parametrize("tied", [True, False])
def test_intervals_from_joint_sums_are_those_of_the_influence_table(planes, tied) -> None:
    mask = half(planes)
    found = ratio_intervals(
        joints.moments_of(joint_sums(planes, Clusters.of(planes), mask, tied=tied))
    )
    expected = ratio_intervals(cluster_moments(planes, mask, tied=tied))
    for name in ("estimate", "se", "low", "high", "p", "prompts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert (found.note == expected.note).all()


def test_joint_sums_are_the_sums_by_prompt(planes) -> None:
    sums = joint_sums(planes, Clusters.of(planes), half(planes))
    expected = cluster_sums(planes, half(planes))
    np.testing.assert_array_equal(sums.s[..., expected.prompts], np.moveaxis(expected.s, 0, -1))
    np.testing.assert_array_equal(sums.n[..., expected.prompts], np.moveaxis(expected.n, 0, -1))
    assert sums.n.sum() == expected.n.sum()


def test_a_difference_is_the_paired_difference(planes) -> None:
    clusters = Clusters.of(planes)
    first = joint_sums(planes, clusters, half(planes))
    second = joint_sums(planes, clusters)
    for source in range(len(planes.prefers_a)):
        found = joints.difference(
            joint(first.s[source], first.n[source]), joint(second.s[source], second.n[source])
        )
        expected = paired_difference(
            first.s[source].T, first.n[source].T, second.s[source].T, second.n[source].T
        )
        for name in ("estimate", "se", "low", "high", "p"):
            np.testing.assert_allclose(
                getattr(found, name), getattr(expected, name), rtol=1e-10, atol=1e-14
            )
        assert (found.note == expected.note).all()
        np.testing.assert_array_equal(found.prompts, expected.prompts)


def test_nothing_differs_from_itself(planes) -> None:
    sums = joint_sums(planes, Clusters.of(planes))
    own = joint(sums.s[0], sums.n[0])
    found = joints.difference(own, own)
    assert (found.estimate == 0).all()
    assert np.isnan(found.se).all()
    assert np.isnan(found.p).all()
    assert (found.note == Note.NO_VARIANCE).all()


def test_few_prompts_have_a_sign_test_and_no_interval() -> None:
    s = np.array([[1, 1, 1, -1, 0, 0]])
    n = np.array([[1, 1, 1, 1, 0, 0]])
    later = np.array([[-1, -1, -1, -1, 0, 0]])
    found = joints.difference(joint(later, n), joint(s, n))
    assert found.estimate[0] == -1.5
    assert np.isnan(found.low[0])
    assert found.p[0] == pytest.approx(0.25)  # three prompts went down, one stayed
    assert found.note[0] is Note.FEW_PROMPTS


def sides(used: int, of: int = 200) -> tuple[joints.Joint, joints.Joint]:
    """All prompts, and the first few of them, one pair each."""
    draw = np.random.default_rng(0)
    s, n = draw.choice([-1, 0, 1], size=(1, of)), np.ones((1, of), dtype=np.int64)
    left = np.arange(of) < used
    return joint(s, n), joint(s * left, n * left)


def test_a_difference_is_no_surer_than_its_lesser_side() -> None:
    every, few = sides(8)
    found = joints.difference(few, every)
    assert found.note[0] is Note.SMALL
    ours, theirs = few.influence[0] * np.sqrt(8 / 7), every.influence[0] * np.sqrt(200 / 199)
    squares = (ours - theirs) ** 2
    assert found.se[0] == pytest.approx(np.sqrt(squares.sum()))
    degrees = squares.sum() ** 2 / (squares[:8].sum() ** 2 / 7 + squares[8:].sum() ** 2 / 191)
    assert 7 < degrees < 12
    half_width = (found.high[0] - found.low[0]) / 2
    assert half_width == pytest.approx(stats.t.ppf(0.975, degrees) * found.se[0])


def test_a_side_of_one_prompt_gives_no_interval_and_no_finding() -> None:
    every, one = sides(1)
    found = joints.difference(one, every)
    assert np.isnan([found.low[0], found.high[0], found.se[0]]).all()
    assert not found.p[0] < 0.5  # nor is there a p without a difference on a shared prompt
    assert found.note[0] is Note.FEW_PROMPTS


def test_a_side_whose_pairs_all_say_the_same_tells_nothing_of_its_error() -> None:
    every, _ = sides(1)
    s, n = np.ones((1, 200), dtype=np.int64), np.ones((1, 200), dtype=np.int64)
    found = joints.difference(joint(s, n), every)
    assert np.isnan(found.low[0])
    assert found.note[0] is Note.NO_VARIANCE


def test_prompts_that_an_estimate_does_not_learn_from_give_no_freedom() -> None:
    draw = np.random.default_rng(0)
    s, n = draw.normal(size=(1, 50)), np.ones((1, 50))
    plain = joint(draw.normal(size=(1, 50)), n)
    few = replace(joint(s, n), learned=np.array([8]))
    wide, narrow = joints.difference(few, plain), joints.difference(joint(s, n), plain)
    assert wide.se[0] == pytest.approx(narrow.se[0] * np.sqrt(8 / 7 / (50 / 49)))
    assert wide.high[0] - wide.low[0] > narrow.high[0] - narrow.low[0]
    none = joints.difference(replace(few, learned=np.array([4])), plain)
    assert np.isnan(none.low[0])


def test_weights_are_as_good_as_repeated_pairs(planes) -> None:
    clusters, mask = Clusters.of(planes), half(planes)
    parts = [(2.0, mask), (1.0, ~mask & bits.pack(np.ones(planes.pairs, dtype=bool)))]
    found = weighted_sums(planes, clusters, parts)
    once, again = joint_sums(planes, clusters), joint_sums(planes, clusters, mask)
    np.testing.assert_allclose(found.s, once.s.astype(int) + again.s)
    np.testing.assert_allclose(found.n, once.n.astype(int) + again.n)
    np.testing.assert_array_equal(found.prompts, once.prompts)


def test_a_weight_of_none_leaves_pairs_out(planes) -> None:
    clusters, mask = Clusters.of(planes), half(planes)
    rest = ~mask & bits.pack(np.ones(planes.pairs, dtype=bool))
    found = weighted_sums(planes, clusters, [(1.0, mask), (0.0, rest)])
    expected = joint_sums(planes, clusters, mask)
    np.testing.assert_array_equal(found.n, expected.n)
    np.testing.assert_array_equal(found.prompts, expected.prompts)
    nothing = weighted_sums(planes, clusters, [(0.0, rest)])
    assert not nothing.n.any()
    assert not nothing.prompts.any()


def test_soft_sums_are_those_of_soft_tau(planes) -> None:
    draw = np.random.default_rng(1)
    probability = np.where(draw.random(planes.pairs) < 0.2, np.nan, draw.random(planes.pairs))
    clusters = Clusters.of(planes)
    for factor in range(len(planes.greater)):
        signs = bits.signs(planes, factor)
        s, n, prompts = joints.soft_sums(clusters, 2 * probability - 1, signs, planes.prompt_starts)
        expected = soft_moments(probability, signs, planes.prompt_starts)
        found = joints.moments_of(JointSums(s[None, None], n[None, None], np.array([[prompts]])))
        for name in ("s", "n", "ss", "sn", "nn", "prompts"):
            assert getattr(found, name)[0, 0] == pytest.approx(getattr(expected, name))


def test_blocks_stand_in_for_prompts_within_two_percent(monkeypatch) -> None:
    draw = np.random.default_rng(0)
    prompts = np.repeat(np.arange(20_000), 2)
    taste = draw.normal(size=20_000)[prompts]
    order, starts = bits.prompt_order(prompts)
    lean = (draw.normal(size=len(prompts)) + taste)[order]
    planes = bits.assemble(
        starts,
        [bits.pack_factor(draw.integers(-1, 2, len(prompts)) + (lean > 0), np.zeros(len(prompts)))],
        [bits.pack_source(lean > 0.1, lean < -0.1)],
    )
    mask = bits.pack(draw.random(len(prompts)) < 0.6)

    def run() -> tuple[Clusters, object, object]:
        clusters = Clusters.of(planes)
        part, whole = joint_sums(planes, clusters, mask), joint_sums(planes, clusters)
        table = ratio_intervals(joints.moments_of(part))
        change = joints.difference(joint(part.s[0], part.n[0]), joint(whole.s[0], whole.n[0]))
        return clusters, table, change

    exact, table, change = run()
    for module in (cluster_module, joints):
        monkeypatch.setattr(module, "EXACT_PAIRS", 1000)
        monkeypatch.setattr(module, "BLOCKS", 8000)
    blocked, coarse, coarse_change = run()
    assert exact.blocks is None
    assert 7000 < blocked.number <= 8000
    assert coarse.estimate == table.estimate
    assert coarse.prompts == table.prompts
    assert coarse.se == pytest.approx(table.se, rel=0.02)
    assert coarse_change.estimate == pytest.approx(change.estimate, abs=1e-15)
    assert coarse_change.se == pytest.approx(change.se, rel=0.02)
    values = draw.normal(size=planes.prompts)
    assert blocked.of_prompts(values).sum() == pytest.approx(values.sum())
    assert len(blocked.of_prompts(values)) == blocked.number


def test_a_study_without_pairs_has_no_clusters() -> None:
    planes = bits.assemble([0], [], [])
    clusters = Clusters.of(planes)
    assert clusters.number == 0
    assert clusters.of_pairs(np.zeros((2, 0))).shape == (2, 0)
