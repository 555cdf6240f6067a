"""What a person says of a prompt: which scenario it belongs to, and which properties it has.

A tag is one act, given on a pair of the prompt; what stands beside imported and models' tags is
`store.prompt_tags`' rule.
"""

from __future__ import annotations

from profile_core.annotation.items import checked_annotator
from profile_core.errors import ProfileError, UnknownName
from profile_core.store import prompt_tags, prompts
from profile_core.store.acts import Action, acting
from profile_core.store.prompt_tags import SCENARIOS, OwnTag, PromptTag
from profile_core.store.study import Study


def tag(study: Study, annotator: str, pair_id: str, said: PromptTag) -> None:
    """Record all that an annotator says of a pair's prompt, in place of what they said before.

    Raises ProfileError, and records nothing, for a tag that says nothing or a scenario that is none
    of the list, and UnknownName for a pair that the study does not have.
    """
    annotator = checked_annotator(annotator)
    if said == PromptTag():
        raise ProfileError("nothing is said of the prompt: choose a scenario or a property first.")
    if said.scenario is not None and said.scenario not in SCENARIOS:
        raise UnknownName("scenario", said.scenario, SCENARIOS)
    with study.cursor() as cursor:
        prompt_id = prompts.of_pair(cursor, pair_id)
    with acting(study, annotator, Action.TAG, pair_id=pair_id) as (cursor, act):
        prompt_tags.put(cursor, prompt_id, said, tagger=annotator, act=act)


def own(study: Study, annotator: str, prompt_id: str) -> OwnTag | None:
    """Tell what an annotator last said of a prompt; None where nothing of theirs stands."""
    with study.cursor() as cursor:
        return prompt_tags.own(cursor, prompt_id, checked_annotator(annotator))
