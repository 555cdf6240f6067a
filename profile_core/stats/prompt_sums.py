"""Sums over the pairs of each prompt, for values that are not bits.

Bit planes are counted by `clusters`; a model's scores and probabilities are summed here. It owns
the grouping of rows by prompt, and knows nothing of what is summed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PromptGroups:
    """Which rows belong to which prompt."""

    ids: Ints
    """The prompts that have a row, rising, ``[G]``."""
    starts: npt.NDArray[np.int32]
    """Where each prompt's rows begin in ``order``, ``[G + 1]``."""
    order: npt.NDArray[np.int32]
    """Rows of a prompt together, ``[N]``."""

    @classmethod
    def of(cls, prompts: npt.ArrayLike) -> PromptGroups:
        """Group rows by the prompt of each, ``[N]`` whole numbers in any order."""
        numbers = np.asarray(prompts)
        if numbers.ndim != 1 or numbers.dtype.kind not in "iu":
            raise ValueError("prompts must be one whole number a pair")
        rows = np.arange(len(numbers), dtype=np.int32)
        if (numbers[1:] < numbers[:-1]).any():
            rows = np.argsort(numbers, kind="stable").astype(np.int32)
            numbers = numbers[rows]
        first = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))
        starts = np.append(first, len(numbers)).astype(np.int32)
        return cls(numbers[first].astype(np.int64), starts, rows)

    def __len__(self) -> int:
        return len(self.ids)

    def sums(
        self, values: npt.NDArray[np.floating], weights: npt.NDArray[np.floating] | None = None
    ) -> npt.NDArray[np.floating]:
        """Sum rows ``[N, K]`` of each prompt, times a weight each: ``[G, K]``."""
        data = np.ones(len(self.order), values.dtype) if weights is None else weights[self.order]
        by_prompt = sparse.csr_array(
            (data, self.order, self.starts), shape=(len(self.ids), len(self.order))
        )
        return np.asarray(by_prompt @ values)
