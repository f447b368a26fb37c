"""Endpoints that are not as they should be, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], str]
"""Status, headers, body."""


@dataclass(frozen=True)
class Stub:
    """A running stub: its address, and the headers of every request that it got."""

    url: str
    requests: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def stub(answer: Callable[[dict[str, str]], Answer]) -> Iterator[Stub]:
    """An endpoint that answers every POST as it is told to, by the request's headers in lower case."""
    running: list[Stub] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            running[0].requests.append(headers)
            self.rfile.read(int(headers.get("content-length", "0")))
            status, told, body = answer(headers)
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **told}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        running.append(Stub(f"http://127.0.0.1:{server.server_port}/mcp"))
        yield running[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
