"""The view "ask a model": compose a run, see what it would take, and start it."""

from __future__ import annotations

import streamlit as st

from profile_core.actions import rubrics
from profile_core.actions.extract_model import Measuring, model_factors
from profile_core.actions.generate import LEVEL_WORDS, Generating
from profile_core.actions.judge import ORDERS, Judging
from profile_core.actions.resuming import Settings
from profile_core.actions.runner import Asking
from profile_core.actions.runs import Estimate
from profile_core.analysis.planes import load
from profile_core.errors import PredicateError, ProfileError
from profile_core.judges import credentials
from profile_core.judges.check import check
from profile_core.judges.credentials import MissingKey
from profile_core.judges.rubric import Rubric, RubricKind
from profile_core.judges.spec import FORMS, ModelSpec, Provider, parse
from profile_core.store import factors as factor_store
from profile_core.store.study import Study
from profile_core.text import numbers
from profile_core.ui import columns_help, filters, frame, judges_preview, judges_terms, text, work
from profile_core.ui import judges_tasks as tasks
from profile_core.ui.judges_tasks import JUDGE, MEASURE, TASKS, Task
from profile_core.ui.judges_terms import Terms

_KEPT = "Every answer is kept; under runs you can go on from there."
_ORDER_WORDS = {"both": "both, one after the other", "ab": "a first", "ba": "b first"}
_WAYS = (
    (
        "A provider",
        "Set OPENAI_API_KEY or ANTHROPIC_API_KEY where the app is started, or write it in "
        ".streamlit/secrets.toml. Then name a model, such as openai:gpt-5-mini.",
    ),
    (
        "A server of your own",
        "Start llama.cpp, vLLM, Ollama or any server that speaks OpenAI's chat completions, and "
        "set PROFILE_ENDPOINT_LOCAL_URL to its address, such as http://127.0.0.1:8080/v1. Then "
        "name a model of it, such as compatible:local/qwen. No key is needed.",
    ),
    (
        "A gateway",
        "Set PROFILE_ENDPOINT_<NAME>_URL and PROFILE_ENDPOINT_<NAME>_KEY, and name its models as "
        "compatible:<name>/<model>.",
    ),
)


def draw(study: Study) -> None:
    """Draw the view."""
    chosen = filters.bar(study, "judges")
    task = _task()
    spec = _model()
    try:
        settings = _settings(study, task, spec, chosen.where)
    except ProfileError as error:
        frame.problem(error)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        terms = judges_terms.fields(spec, _key(""), {})
        in_batches = _in_batches(spec)
    if settings is None or spec is None:
        _ways()
        return
    try:
        estimate = judges_terms.estimate(study, settings, terms.concurrency)
    except PredicateError as error:
        columns_help.refused(error, load(study).wide)
        return
    except ProfileError as error:
        frame.problem(error)
        return
    judges_terms.show(estimate, settings)
    _run(study, task, settings, estimate, terms, in_batches)
    judges_preview.draw(study, settings)


def _task() -> Task:
    title = st.segmented_control(
        "What to ask for",
        list(TASKS),
        default=JUDGE.title,
        required=True,
        key=_key("ask"),
        bind="query-params",
    )
    return TASKS[title]


def _model() -> ModelSpec | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            "Model",
            key=_key("model"),
            bind="query-params",
            placeholder="openai:gpt-5-mini",
            help=f"Write {FORMS}. Keys and addresses come from the environment or from "
            ".streamlit/secrets.toml; they are never typed here, stored or shown.",
            width=420,
        ).strip()
        asked = st.button("Check", disabled=not typed, help="One small call: can it be asked?")
    if not typed:
        return None
    try:
        spec = parse(typed)
        if asked:
            _check(spec)
    except ProfileError as error:
        frame.problem(error)
        return None
    return spec


def _check(spec: ModelSpec) -> None:
    with st.spinner("Asking for one word"):
        found = check(spec, credentials.find(spec))
    if found.is_ready:
        frame.done(found.sentence)
    else:
        frame.refused(found.sentence)


def _settings(
    study: Study, task: Task, spec: ModelSpec | None, where: str | None
) -> Settings | None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rubric = _rubric(study, task)
        if task is JUDGE:
            asked_about = _asked_about(study, rubric)
            orders = st.selectbox(
                "Shown in the order",
                list(ORDERS),
                format_func=_ORDER_WORDS.__getitem__,
                key=_key("orders"),
                help="Both orders tell a preference from a habit: a judge whose answer depends on "
                "the order has flipped, which counts as a tie.",
                width=220,
            )
            repeats = st.number_input("Times each", 1, 20, key=_key("repeats"), width=120)
        elif task is MEASURE:
            taxonomy, names = _factors(study)
        else:
            levels = _levels()
        limit = st.number_input(
            f"At most so many {task.counts}s",
            min_value=1,
            value=None,
            placeholder="all",
            key=_key("limit"),
            width=190,
        )
        temperature = st.number_input(
            "Temperature",
            0.0,
            2.0,
            value=None,
            step=0.1,
            placeholder="default",
            key=_key("temperature"),
            help="Some models insist on their own; leave it empty for those.",
            width=150,
        )
    if spec is None:
        return None
    if task is JUDGE:
        assert rubric is not None
        return Judging(spec, rubric, orders, int(repeats), where, limit, temperature, asked_about)
    if task is MEASURE:
        return Measuring(spec, tuple(names), taxonomy, where, limit, temperature)
    chosen = rubrics.find(study, "level" if levels else "best")
    return Generating(spec, chosen, levels, where, limit, temperature)


def _rubric(study: Study, task: Task) -> Rubric | None:
    if task is not JUDGE:
        return None
    known = rubrics.all_rubrics(study)
    fitting = [rubric for kind in task.kinds for rubric in known if rubric.kind is kind]
    named = {str(rubric): rubric for rubric in fitting}
    if not named:
        raise ProfileError(f"there is no rubric for {task.title}")
    chosen = st.selectbox(
        "Rubric",
        list(named),
        key=_key("rubric"),
        bind="query-params",
        help="What the model is told; see and edit it under rubrics. Overall asks which response "
        "is better, factors which one has more of each factor.",
        width=220,
    )
    return named[chosen]


def _asked_about(study: Study, rubric: Rubric | None) -> tuple[str, ...]:
    """The factors to ask about, where the rubric asks factor by factor."""
    if rubric is None or rubric.kind is not RubricKind.PAIRWISE_FACTORS:
        return ()
    with study.cursor() as cursor:
        known = factor_store.current(cursor)
    return tuple(
        st.multiselect(
            "Factors",
            list(known),
            key=_key("asked-about"),
            bind="query-params",
            placeholder="the rubric's own" if rubric.factors else "PROFILE's that no rule measures",
            help="One call asks which response has more of each. A factor's verdicts are kept as "
            "a judge of their own, and a factor that is not defined for a pair's task is not "
            "asked about.",
            width=380,
        )
    )


def _factors(study: Study) -> tuple[str | None, list[str]]:
    taxonomy = st.selectbox(
        "Factors of",
        ["profile", "dissection"],
        key=_key("taxonomy"),
        help="PROFILE's thirteen, less those that rules measure; or Preference Dissection's.",
        width=160,
    )
    with study.cursor() as cursor:
        known = model_factors(factor_store.current(cursor))
    fitting = [name for name, factor in known.items() if factor.taxonomy == taxonomy]
    names = st.multiselect(
        "Only these", fitting, key=_key("factors"), placeholder="all of them", width=300
    )
    return taxonomy, names


def _levels() -> tuple[int, ...]:
    words = {"five levels of quality": tuple(LEVEL_WORDS), "one answer, the best it can": ()}
    chosen = st.selectbox(
        "Answers",
        list(words),
        key=_key("levels"),
        help="At five levels, pairs of levels show what the model itself takes for quality.",
        width=240,
    )
    return words[chosen]


def _in_batches(spec: ModelSpec | None) -> bool:
    has_batches = spec is not None and spec.provider is not Provider.COMPATIBLE
    in_batches = st.toggle(
        "In a batch, at half the price",
        key=_key("batch"),
        disabled=not has_batches,
        help="The provider answers within a day. The app may be closed meanwhile: going on "
        "with the run collects the answers.",
    )
    return in_batches and has_batches


def _run(
    study: Study,
    task: Task,
    settings: Settings,
    estimate: Estimate,
    terms: Terms,
    in_batches: bool,
) -> None:
    if work.is_busy():
        frame.note("Wait for the work above, or cancel it; what was answered is kept.")
        return
    try:
        endpoint = credentials.find(settings.spec)
    except MissingKey as missing:
        frame.problem(missing)
        _ways()
        return
    words = f"{task.doing} with {settings.spec.model}"
    if st.button("Run", type="primary", disabled=not estimate.calls, key=_key("run")):
        asking = Asking(endpoint, terms.caps, terms.concurrency, in_batches=in_batches)
        work.start(words, tasks.work(study, settings, asking), kept=_KEPT)
    if not estimate.calls:
        frame.note("Everything asked for is answered already.")


def _ways() -> None:
    frame.section(
        "Three ways to a model",
        "Nothing here needs one: verdicts and values can be imported, too. With one, judges are "
        "asked on demand.",
    )
    text.facts(_WAYS)
    configured = credentials.endpoints()
    if configured:
        frame.note(f"Configured servers: {numbers.listed(list(configured))}.")


def _key(name: str) -> str:
    return filters.parameter("judges", name)
