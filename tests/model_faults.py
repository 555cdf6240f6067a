"""Every way in which a provider on loopback goes wrong, with the kind of failure that it is."""

from __future__ import annotations

from profile_core.judges.asking import FailureKind
from tests.model_server import Behaviour, fails, says, sends

KEY = "sk-very-secret-0123456789"
VERDICT = {"reason": "It answers the question.", "verdict": "A"}

FAULTS: dict[str, tuple[Behaviour, FailureKind]] = {
    "401": (fails(401, f"Incorrect API key provided: {KEY}"), FailureKind.KEY),
    "403": (fails(403, "no permission"), FailureKind.KEY),
    "402": (fails(402, "payment required"), FailureKind.QUOTA),
    "404": (fails(404, "The model does not exist"), FailureKind.MODEL),
    "408": (fails(408, "slow"), FailureKind.TIMEOUT),
    "409": (fails(409, "conflict"), FailureKind.REQUEST),
    "413": (fails(413, "too large"), FailureKind.TOO_LONG),
    "400 too long": (fails(400, "maximum context length is 10"), FailureKind.TOO_LONG),
    "400": (fails(400, "bad parameter"), FailureKind.REQUEST),
    "422": (fails(422, "bad parameter"), FailureKind.REQUEST),
    "429": (fails(429, "slow down"), FailureKind.RATE),
    "429 with retry-after": (fails(429, "slow down", retry_after="0"), FailureKind.RATE),
    "429 quota": (
        fails(429, "You exceeded your current quota", kind="insufficient_quota"),
        FailureKind.QUOTA,
    ),
    "500": (fails(500, "oops"), FailureKind.SERVER),
    "503": (fails(503, "oops"), FailureKind.SERVER),
    "504": (fails(504, "oops"), FailureKind.TIMEOUT),
    "529": (fails(529, "overloaded"), FailureKind.OVERLOADED),
    "500 as a page": (sends(b"<html>oops</html>", status=500), FailureKind.SERVER),
    "late": (says(VERDICT, after=1.0), FailureKind.TIMEOUT),
    "cut in the middle": (
        lambda asked: _cut(says(VERDICT)(asked).body),
        FailureKind.CONNECTION,
    ),
    "broken JSON": (sends(b'{"choices": [{"mess'), FailureKind.NOT_JSON),
    "a page with 200": (
        sends(b"<!doctype html><p>Sign in</p>", headers={"content-type": "text/html"}),
        FailureKind.NOT_JSON,
    ),
    "nothing with 200": (sends(b""), FailureKind.NOT_JSON),
    "JSON of another kind": (sends(b'{"hello": "world"}'), FailureKind.EMPTY),
    "a list": (sends(b"[]"), FailureKind.EMPTY),
    "refusal": (says("", refusal="I can't help with that."), FailureKind.REFUSAL),
    "truncated": (says('{"reason": "It', stop="length"), FailureKind.TRUNCATED),
    "empty answer": (says("   "), FailureKind.EMPTY),
    "no JSON in the answer": (says("I prefer A."), FailureKind.FORM),
    "another verdict": (says({"reason": "x", "verdict": "C"}), FailureKind.FORM),
    "one field too many": (says({**VERDICT, "more": 1}), FailureKind.FORM),
    "no reason": (says({"verdict": "A"}), FailureKind.FORM),
    "ten megabytes": (says("x" * 10_000_000), FailureKind.TOO_LARGE),
    "a redirect": (
        lambda asked: _redirect(),
        FailureKind.REQUEST,
    ),
}


def _cut(body: bytes) -> object:
    return sends(body, cut_at=len(body) // 2)(None)  # type: ignore[arg-type]


def _redirect() -> object:
    return sends(b"{}", status=307, headers={"location": "http://127.0.0.1:9/"})(None)  # type: ignore[arg-type]
