"""A reverse proxy on the loopback that adds headers, as a login proxy in front of the app does.

It adds them to the first request of every connection and then passes bytes both ways, so that
HTTP and the websocket alike go through it; each request is asked to be its connection's last.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def header_proxy(target: str, headers: Mapping[str, str]) -> Iterator[str]:
    """Run the proxy in a thread of its own; gives its address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    host, port = urlsplit(target).hostname, urlsplit(target).port

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = _with_headers(await reader.readuntil(b"\r\n\r\n"), headers)
            beyond, onward = await asyncio.open_connection(host, port)
            onward.write(head)
            await asyncio.gather(_pass(reader, onward), _pass(beyond, writer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)

    async def stop(server: asyncio.Server) -> None:
        server.close()
        under_way = asyncio.all_tasks() - {asyncio.current_task()}
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def _with_headers(head: bytes, headers: Mapping[str, str]) -> bytes:
    """Put the headers after the request line, over whatever the browser said of them."""
    request, *lines = head.rstrip(b"\r\n").split(b"\r\n")
    is_upgrade = any(line.lower().startswith(b"upgrade:") for line in lines)
    dropped = {name.lower().encode() for name in headers}
    if not is_upgrade:
        dropped.add(b"connection")
    kept = [line for line in lines if line.split(b":")[0].strip().lower() not in dropped]
    added = [f"{name}: {value}".encode() for name, value in headers.items()]
    if not is_upgrade:
        added.append(b"Connection: close")
    return b"\r\n".join([request, *added, *kept, b"", b""])


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()
