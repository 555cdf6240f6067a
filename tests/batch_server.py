"""Both providers' batch interfaces on loopback: real HTTP, results when the test says so."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.model_server import Asked, Reply

Answers = Callable[[Asked], Reply]


class BatchServer:
    """What was handed in, by batch; `finish` makes their results."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.handed_in: dict[str, list[dict[str, Any]]] = {}
        self.is_over = False
        self.lost: set[int] = set()
        """Places of items, in each batch, that do not come back."""
        self.cancelled: set[str] = set()
        self._files: dict[str, str] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def requests(self) -> int:
        return sum(map(len, self.handed_in.values()))

    @contextmanager
    def running(self) -> Iterator[BatchServer]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()

    def post(self, path: str, body: bytes) -> dict[str, Any]:
        if path == "/v1/files":
            found = re.search(rb"\r\n\r\n(\{.*\})\r\n--", body, re.DOTALL)
            assert found
            name = f"file-{len(self._files)}"
            self._files[name] = found[1].decode()
            return {"id": name, "object": "file", "bytes": 1, "created_at": 1,
                    "filename": "r", "purpose": "batch", "status": "processed"}  # fmt: skip
        name = f"batch-{len(self.handed_in)}"
        if path.endswith("/cancel"):
            self.cancelled.add(path.split("/")[-2])
            return self.get(path.removesuffix("/cancel"))
        if path == "/v1/batches":
            lines = self._files[json.loads(body)["input_file_id"]].splitlines()
            self.handed_in[name] = [json.loads(line) for line in lines]
        else:
            self.handed_in[name] = json.loads(body)["requests"]
        return self.get(f"{path}/{name}")

    def get(self, path: str) -> Any:
        if "/files/" in path:
            return self._files[path.split("/")[-2]]
        name = path.split("/")[4 if "messages" in path else 3]
        if path.endswith("/results"):
            return "\n".join(self._anthropic_results(name))
        made = self._anthropic(name) if "messages" in path else self._openai(name)
        return made

    def _openai(self, name: str) -> dict[str, Any]:
        total = len(self.handed_in[name])
        made = {
            "id": name,
            "object": "batch",
            "completion_window": "24h",
            "created_at": 1,
            "endpoint": "/v1/chat/completions",
            "input_file_id": "file-0",
            "status": "completed" if self.is_over else "in_progress",
            "request_counts": {
                "completed": total if self.is_over else 0, "failed": 0, "total": total
            },
        }  # fmt: skip
        if self.is_over:
            self._files[f"out-{name}"] = "\n".join(self._openai_results(name))
            made["output_file_id"] = f"out-{name}"
        return made

    def _openai_results(self, name: str) -> Iterator[str]:
        for place, entry in enumerate(self.handed_in[name]):
            if place not in self.lost:
                reply = self.answers(Asked("/v1/chat/completions", {}, entry["body"]))
                response = {"status_code": reply.status, "body": json.loads(reply.body)}
                yield json.dumps({"id": "x", "custom_id": entry["custom_id"], "response": response})

    def _anthropic(self, name: str) -> dict[str, Any]:
        total = len(self.handed_in[name])
        done = total if self.is_over else 0
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": "ended" if self.is_over else "in_progress",
            "request_counts": {
                "processing": total - done, "succeeded": done, "errored": 0,
                "canceled": 0, "expired": 0,
            },
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2026-01-02T00:00:00Z",
            "results_url": f"{self.address}/v1/messages/batches/{name}/results"
            if self.is_over
            else None,
        }  # fmt: skip

    def _anthropic_results(self, name: str) -> Iterator[str]:
        for place, entry in enumerate(self.handed_in[name]):
            if place not in self.lost:
                reply = self.answers(Asked("/v1/messages", {}, entry["params"]))
                result = {"type": "succeeded", "message": json.loads(reply.body)}
                yield json.dumps({"custom_id": entry["custom_id"], "result": result})

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("content-length", 0))
                self._send(server.post(self.path, self.rfile.read(length)))

            def do_GET(self) -> None:
                self._send(server.get(self.path))

            def _send(self, made: Any) -> None:
                body = (made if isinstance(made, str) else json.dumps(made)).encode()
                self.send_response(200)
                kind = "application/binary" if isinstance(made, str) else "application/json"
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler


@contextmanager
def batch_server(answers: Answers) -> Iterator[BatchServer]:
    with BatchServer(answers).running() as server:
        yield server
