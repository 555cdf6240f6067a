"""A model provider on loopback: real HTTP, both interfaces, and every way to go wrong.

It answers a request by the first behaviour in line, then by the standing one. A behaviour takes
what was asked and returns a `Reply`; the builders below make the usual ones.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """One HTTP request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def is_anthropic(self) -> bool:
        return self.path.endswith("/messages")

    @property
    def user_text(self) -> str:
        """What the model is asked, whichever interface it came through."""
        message = next(item for item in self.body["messages"] if item["role"] == "user")
        return str(message["content"])


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    """Seconds before the first byte."""
    cut_at: int | None = None
    """Close the connection after so many bytes, of a length that promised more."""


Behaviour = Callable[[Asked], Reply]


class ModelServer:
    """The server's address, what it was asked, and what it will do."""

    def __init__(self, standing: Behaviour) -> None:
        self.standing = standing
        self.in_line: list[Behaviour] = []
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def take(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            behaviour = self.in_line.pop(0) if self.in_line else self.standing
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            reply = behaviour(asked)
            time.sleep(reply.after)
            return reply
        finally:
            with self._lock:
                self._under_way -= 1

    @contextmanager
    def running(self) -> Iterator[ModelServer]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body go out in two writes: the second must not wait for an acknowledgement.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(length) or b"{}")
                reply = server.take(
                    Asked(self.path, {n.lower(): v for n, v in self.headers.items()}, body)
                )
                try:
                    self._send(reply)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                headers = {"content-type": "application/json", **reply.headers}
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: reply.cut_at])
                if reply.cut_at is not None:
                    self.wfile.flush()
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def model_server(standing: Behaviour) -> Iterator[ModelServer]:
    with ModelServer(standing).running() as server:
        yield server


def says(
    answer: object | Callable[[Asked], object], *, after: float = 0.0, **more: Any
) -> Behaviour:
    """Answer with a text, an object as JSON, or what a function of the request gives.

    `more`: `stop`, `refusal`, `input_tokens`, `output_tokens`, `usage` (False: none), `logprobs`.
    """

    def behave(asked: Asked) -> Reply:
        said = answer(asked) if callable(answer) else answer
        text = said if isinstance(said, str) else json.dumps(said)
        made = _anthropic(asked, text, more) if asked.is_anthropic else _openai(asked, text, more)
        return Reply(body=json.dumps(made).encode(), after=after)

    return behave


def fails(status: int, message: str = "no", *, kind: str = "error", **headers: str) -> Behaviour:
    """Answer with a status and the provider's form of an error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"type": "error", "error": {"type": kind, "code": kind, "message": message}}
    return lambda asked: Reply(status, json.dumps(error).encode(), named)


def sends(body: bytes, *, status: int = 200, **more: Any) -> Behaviour:
    """Answer with these bytes."""
    return lambda asked: Reply(status, body, **more)


def _openai(asked: Asked, text: str, more: Mapping[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": more.get("refusal")}
    if more.get("refusal"):
        message["content"] = None
    made: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "finish_reason": more.get("stop", "stop"),
                "logprobs": more.get("logprobs"),
            }
        ],
    }
    if more.get("usage", True):
        spent = more.get("input_tokens", 100), more.get("output_tokens", 10)
        made["usage"] = {
            "prompt_tokens": spent[0],
            "completion_tokens": spent[1],
            "total_tokens": sum(spent),
        }
    return made


def _anthropic(asked: Asked, text: str, more: Mapping[str, Any]) -> dict[str, Any]:
    stop = {"length": "max_tokens", "stop": "end_turn"}.get(more.get("stop", "stop"), "end_turn")
    if more.get("refusal"):
        stop, text = "refusal", more["refusal"]
    made: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.body["model"],
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
    }
    if more.get("usage", True):
        made["usage"] = {
            "input_tokens": more.get("input_tokens", 100),
            "output_tokens": more.get("output_tokens", 10),
        }
    return made
