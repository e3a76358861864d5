"""Serves the page from memory, and lets nothing else out.

Two guards, one behind the other: the page's content-security policy, and an interceptor that blocks and counts every
request to anywhere but the page's own scheme.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QBuffer, QByteArray, QObject
from PySide6.QtWebEngineCore import (
    QWebEngineUrlRequestInfo,
    QWebEngineUrlRequestInterceptor,
    QWebEngineUrlRequestJob,
    QWebEngineUrlSchemeHandler,
)

from widgets.map.page import PAINTER, PAINTER_POLICY, local_files
from widgets.map.webengine import SCHEME

_log = logging.getLogger(__name__)

JSON, BINARY, TEXT, HTML = b"application/json", b"application/octet-stream", b"text/plain", b"text/html"


class PageFiles(QWebEngineUrlSchemeHandler):
    """Answers ``kerbside://map/…``: the page, its files, and under ``/data/`` the state that it is to draw."""

    def __init__(self, page: Callable[[], bytes], data: Callable[[str], tuple[bytes, bytes] | None], parent: QObject) -> None:
        """``data`` gives MIME type and content for a name, or ``None`` for one it does not know."""
        super().__init__(parent)
        self._page, self._data = page, data
        self._files = local_files()

    def requestStarted(self, job: QWebEngineUrlRequestJob) -> None:
        url = job.requestUrl()
        if job.requestMethod() != b"GET" or url.host() != "map":
            job.fail(QWebEngineUrlRequestJob.Error.RequestDenied)
            return
        found = self._find(url.path())
        if found is None:
            _log.warning("the map's page asked for %s, which there is none of", url.path())
            job.fail(QWebEngineUrlRequestJob.Error.UrlNotFound)
            return
        kind, content = found
        if url.path() == PAINTER:
            # A worker has no part in the policy of its page.
            header: dict[object, object] = {b"Content-Security-Policy": [PAINTER_POLICY.encode()]}
            job.setAdditionalResponseHeaders(header)  # type: ignore[arg-type]  # PySide's stubs know no multimap
        buffer = QBuffer(job)
        buffer.setData(content)
        job.reply(QByteArray(kind), buffer)

    def _find(self, path: str) -> tuple[bytes, bytes] | None:
        if path in {"", "/"}:
            return HTML, self._page()
        if path.startswith("/data/"):
            return self._data(path.removeprefix("/data/"))
        return self._files.get(path)


class Guard(QWebEngineUrlRequestInterceptor):
    """``blocked`` counts the requests that were stopped; ``allowed_host`` is the tile server's, empty for none."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.allowed_host = ""
        self.blocked = 0

    def interceptRequest(self, info: QWebEngineUrlRequestInfo) -> None:
        url = info.requestUrl()
        scheme = url.scheme().encode()
        if scheme == SCHEME or (scheme == b"data" and self.allowed_host):
            return
        if self.allowed_host and scheme == b"https" and url.host() == self.allowed_host:
            return
        self.blocked += 1
        _log.warning("a request of the map to %s was blocked", url.toDisplayString())
        info.block(True)
