"""Static files under names that change with their contents, compressed once, cached for ever.

All of our own files share one hash in their path (`/static/3f2a…/map.js`), so that ES modules can import each
other by relative path without a build step. plotly.js comes from the installed plotly wheel under its own.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from ui.security import SECURITY_HEADERS

STATIC_DIRECTORY = Path(__file__).parent / "static"
PLOTLY = "plotly.min.js"
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_STYLE_ID = re.compile(rb'getElementById\("([0-9a-f]{64})"\)')
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    media_type: str
    plain: bytes
    zipped: bytes


class Assets:
    """Reads and compresses files on first use and keeps them; the set of files is fixed when it is built."""

    def __init__(self, directory: Path = STATIC_DIRECTORY) -> None:
        own = {path.name: path for path in sorted(directory.iterdir()) if path.suffix in _MEDIA_TYPES}
        digest = sha256()
        for name, path in own.items():
            digest.update(name.encode() + b"\0" + path.read_bytes())
        plotly = Path(str(files("plotly") / "package_data" / PLOTLY))
        # The wheel never changes under one version; hashing its size and time of writing saves reading 5 MB.
        facts = plotly.stat()
        plotly_hash = sha256(f"{facts.st_size} {facts.st_mtime_ns}".encode()).hexdigest()[:12]
        self._own_hash = digest.hexdigest()[:12]
        self._paths = {f"{self._own_hash}/{name}": path for name, path in own.items()}
        self._paths[f"{plotly_hash}/{PLOTLY}"] = plotly
        self._urls = {key.partition("/")[2]: f"/static/{key}" for key in self._paths}
        self._read: dict[str, Asset] = {}

    def url(self, name: str) -> str:
        """The URL of a file, to be written into a page.

        Raises:
            KeyError: There is no such file.
        """
        return self._urls[name]

    def own_style_ids(self, name: str) -> list[str]:
        """The ids by which a script asks whether its own style sheet is already in the page.

        plotly.js carries styles for map tiles and inserts them as a `<style>` unless an element with the id
        of their hash exists. The pages have such an element: they show no tiles and forbid inline styles.
        """
        asset = self.get(self.url(name).removeprefix("/static/"))
        return sorted({found.decode() for found in _STYLE_ID.findall(asset.plain)}) if asset else []

    @property
    def keys(self) -> list[str]:
        """All that `get` knows, the largest last."""
        return list(self._paths)

    def get(self, key: str) -> Asset | None:
        """The file behind `hash/name`; None for an unknown name or the hash of another version."""
        path = self._paths.get(key)
        if path is None:
            return None
        read = self._read.get(key)
        if read is None:
            # Without a lock: what takes long must not hold up the others, and twice gives the same.
            plain = path.read_bytes()
            read = Asset(_MEDIA_TYPES[path.suffix], plain, gzip.compress(plain, 9, mtime=0))
            self._read[key] = read
        return read


def asset_routes(assets: Assets) -> APIRouter:
    """Serves `/static/{hash}/{name}`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/{key:path}")
    def static_file(key: str, request: Request) -> Response:
        asset = assets.get(key)
        if asset is None:
            return Response("No such file.\n", status_code=404, media_type="text/plain")
        headers = {**SECURITY_HEADERS, "Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(asset.zipped, media_type=asset.media_type, headers=headers)
        return Response(asset.plain, media_type=asset.media_type, headers=headers)

    return router
