"""Products of tall, thin arrays (many pairs, few factors), taken in small blocks.

A BLAS library splits a large product over its threads, which wait for each other; on a machine
where anything else runs, that costs more than it saves, tenfold at times. Blocks below its
threshold stay in one thread and in the processor's cache. Sums over blocks are in double precision.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
AnyFloats = npt.NDArray[np.floating]

_ONE_THREAD = 1 << 18
"""Multiplications of a product that OpenBLAS does not split."""
_CHUNK_BYTES = 1 << 20


def chunks(rows: AnyFloats) -> list[slice]:
    """Runs of rows ``[N, K]`` that fit into a processor's cache together."""
    block = _block_rows(rows.shape[1])
    size = max(1, _CHUNK_BYTES // (rows.itemsize * max(rows.shape[1], 1) * block)) * block
    return [slice(start, start + size) for start in range(0, len(rows), size)]


def gram(rows: AnyFloats) -> Floats:
    """``rows' rows``, ``[N, K] -> [K, K]``."""
    return crossed(rows, rows)


def crossed(left: AnyFloats, right: AnyFloats) -> Floats:
    """``left' right``, ``[N, F]`` and ``[N, K] -> [F, K]``."""
    found = np.zeros((left.shape[1], right.shape[1]))
    size = _block_rows(max(left.shape[1], right.shape[1]))
    same = left is right
    for first, second in zip(_blocks(left, size), _blocks(right, size), strict=True):
        other = first if same else second
        found += np.matmul(first.transpose(0, 2, 1), other).sum(axis=0, dtype=np.float64)
    return found


def weighed(weights: AnyFloats, rows: AnyFloats) -> Floats:
    """``weights' rows``, ``[N]`` and ``[N, K] -> [K]``."""
    return np.asarray(crossed(weights[:, None], rows)[0])


def times(rows: AnyFloats, matrix: AnyFloats) -> AnyFloats:
    """``rows matrix``: ``[N, K]`` by ``[K]`` or ``[K, F]``, giving ``[N]`` or ``[N, F]``."""
    found = np.empty((len(rows), *matrix.shape[1:]), np.result_type(rows, matrix))
    size = _block_rows(max(matrix.shape))
    start = 0
    for block in _blocks(rows, size):
        stop = start + block.shape[0] * block.shape[1]
        found[start:stop] = np.matmul(block, matrix).reshape(-1, *matrix.shape[1:])
        start = stop
    return found


def _block_rows(columns: int) -> int:
    width = max(columns, 1)
    return int(np.clip(min(_ONE_THREAD // width**2, 9000 // width), 16, 1024))


def _blocks(rows: AnyFloats, size: int) -> Iterator[AnyFloats]:
    """The rows as whole blocks ``[B, size, K]``, and then what remains as one ``[1, rest, K]``."""
    whole = len(rows) // size * size
    if whole:
        yield rows[:whole].reshape(-1, size, rows.shape[1])
    if whole < len(rows):
        yield rows[whole:][None]
