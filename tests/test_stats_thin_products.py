"""Products in small blocks are the products, whatever the shape."""

from __future__ import annotations

import numpy as np
import pytest

from profile_core.stats.prompt_sums import PromptGroups
from profile_core.stats.thin_products import chunks, crossed, gram, times, weighed


@pytest.mark.parametrize("shape", [(0, 3), (1, 1), (17, 40), (1024, 1), (5000, 30), (1700, 130)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_blocks_give_the_whole_product(shape, dtype):
    random = np.random.default_rng(0)
    rows, other = (random.normal(size=(shape[0], k)).astype(dtype) for k in (shape[1], 7))
    weights, matrix = rows[:, 0].copy(), random.normal(size=(shape[1], 4)).astype(dtype)
    exact = rows.astype(np.float64)
    close = {"rtol": 1e-4, "atol": 1e-3} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(gram(rows), exact.T @ exact, **close)
    np.testing.assert_allclose(crossed(other, rows), other.T.astype(float) @ exact, **close)
    np.testing.assert_allclose(weighed(weights, rows), weights.astype(float) @ exact, **close)
    np.testing.assert_allclose(times(rows, matrix), rows @ matrix, **close)
    np.testing.assert_allclose(times(rows, matrix[:, 0]), rows @ matrix[:, 0], **close)
    assert times(rows, matrix).dtype == dtype


def test_chunks_hold_every_row_once():
    rows = np.empty((123_457, 30), np.float32)
    seen = np.concatenate([np.arange(len(rows))[part] for part in chunks(rows)])
    assert (seen == np.arange(len(rows))).all()


@pytest.mark.parametrize("in_order", [True, False])
def test_sums_by_prompt_are_those_of_a_loop(in_order):
    random = np.random.default_rng(1)
    prompts = random.choice([-3, 5, 8, 900], 200)
    if in_order:
        prompts.sort()
    values, weights = random.normal(size=(200, 3)), random.random(200)
    groups = PromptGroups.of(prompts)
    assert groups.ids.tolist() == [-3, 5, 8, 900]
    for place, prompt in enumerate(groups.ids):
        mine = prompts == prompt
        np.testing.assert_allclose(groups.sums(values)[place], values[mine].sum(axis=0))
        np.testing.assert_allclose(
            groups.sums(values, weights)[place], weights[mine] @ values[mine]
        )
