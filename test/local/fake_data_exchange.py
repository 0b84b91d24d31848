"""Stands in for the local Data Exchange as long as there is none: data sets and their tags, in memory."""

from __future__ import annotations

import json
import threading
import uuid
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


class _Handler(BaseHTTPRequestHandler):
    data_sets: dict[str, dict[str, Any]]

    def _answer(self, status: int, body: dict[str, Any] | None) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 404:
            self.send_header("x-amzn-errortype", "ResourceNotFoundException")
        self.end_headers()
        self.wfile.write(content)

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        url = urlsplit(self.path)
        parts = unquote(url.path).strip("/").split("/")
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        if parts[0] == "tags":
            found = self.data_sets.get(parts[-1])
            assert found is not None
            if self.command == "POST":
                found["Tags"] = {**found["Tags"], **body["tags"]}
            else:
                for key in parse_qs(url.query)["tagKeys"]:
                    found["Tags"].pop(key, None)
            return self._answer(204, None)
        if self.command == "POST" and parts == ["v1", "data-sets"]:
            id_ = uuid.uuid4().hex
            arn = f"arn:aws:dataexchange:us-east-1:123456789012:data-sets/{id_}"
            made = {"Tags": {}, **body, "Id": id_, "Arn": arn, "Origin": "OWNED", "CreatedAt": now, "UpdatedAt": now}
            self.data_sets[id_] = made
            return self._answer(201, made)
        found = self.data_sets.get(parts[-1])
        if parts[:2] != ["v1", "data-sets"] or found is None:
            return self._answer(404, {"Message": "no such data set", "ResourceId": parts[-1]})
        if self.command == "DELETE":
            del self.data_sets[parts[-1]]
            return self._answer(204, None)
        if self.command == "PATCH":
            found.update(body, UpdatedAt=now)
        return self._answer(200, found)

    do_GET = do_POST = do_PATCH = do_DELETE = _handle

    def log_message(self, format: str, *args: Any) -> None:
        return None


def serve() -> str:
    """Starts it in this process; returns its address."""
    handler = type("Handler", (_Handler,), {"data_sets": {}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
