"""Studies and servers that runs of judges start from."""

from __future__ import annotations

import hashlib
from typing import Any

from profile_core.actions.judge import Judging
from profile_core.actions.runner import Asking
from profile_core.actions.spending import Caps
from profile_core.judges.credentials import Endpoint, Secret
from profile_core.judges.rubric import builtin
from profile_core.judges.spec import parse
from profile_core.store.study import Study
from tests.model_server import Asked, ModelServer
from tests.studies import A, pairs_batch, write

OVERALL = next(rubric for rubric in builtin() if rubric.name == "overall")
LOCAL = "compatible:local/small"


def fill(study: Study, pairs: int) -> None:
    """Pairs of two short texts, two a prompt; `human` prefers the first."""
    texts = [(f"the first answer {place}", f"another {place}") for place in range(pairs)]
    write(study, pairs_batch(texts, [A] * pairs))


def asking(server: ModelServer | str, *, anthropic: bool = False, **settings: Any) -> Asking:
    address = server if isinstance(server, str) else server.address
    base = address if anthropic else f"{address}/v1"
    caps = Caps(settings.pop("max_cost", None), settings.pop("max_calls", None))
    return Asking(Endpoint(base, Secret("sk-0123456789")), caps=caps, **settings)


def judging(spec: str = LOCAL, **settings: Any) -> Judging:
    return Judging(parse(spec), settings.pop("rubric", OVERALL), **settings)


def some_verdict(asked: Asked) -> dict[str, str]:
    """A, B or tie by a hash of what is asked: the same each time."""
    digest = hashlib.sha256(asked.user_text.encode()).digest()
    return {"reason": "By the toss of a coin.", "verdict": ("A", "B", "tie")[digest[0] % 3]}
