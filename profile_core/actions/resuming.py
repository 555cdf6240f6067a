"""What a recorded run was asked to do, so that it can go on without being described again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profile_core.actions import extract_model, generate, judge, rubrics
from profile_core.actions.extract_model import Measuring
from profile_core.actions.generate import Generating
from profile_core.actions.judge import Judging
from profile_core.errors import ProfileError
from profile_core.judges.spec import parse
from profile_core.store import runs
from profile_core.store.study import Study

Settings = Judging | Generating | Measuring


def asking_of(study: Study, run_id: str) -> Mapping[str, Any]:
    """Read the caps and the concurrency that a run was begun with; none of an old record."""
    with study.cursor() as cursor:
        found = runs.read(cursor, run_id).parameters.get(runs.ASKING)
    return found if isinstance(found, dict) else {}


def settings_of(study: Study, run_id: str) -> Settings:
    """Read a run's settings from its record; raises ProfileError for one that asked no model."""
    with study.cursor() as cursor:
        record = runs.read(cursor, run_id)
    if not record.model or not record.rubric:
        raise ProfileError(f"run {record.run_id} asked no model, so there is nothing to go on with")
    spec, asked = parse(record.model), dict[str, Any](record.parameters)
    shared = {name: asked[name] for name in ("where", "limit", "temperature")}
    if record.verb == judge.VERB:
        return Judging(
            spec,
            rubrics.find(study, record.rubric),
            asked["orders"],
            asked["repeats"],
            **shared,
            factors=tuple(asked.get("factors", ())),
        )
    if record.verb == generate.VERB:
        found = rubrics.find(study, record.rubric)
        return Generating(spec, found, tuple(asked["levels"]), **shared)
    if record.verb == extract_model.VERB:
        return Measuring(spec, tuple(asked["factors"]), **shared)
    raise ProfileError(f"a run of `{record.verb}` cannot go on")
