"""JSON answers of the API: dataclasses to bytes by orjson, without a detour over validation."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response


class JsonResponse(Response):
    """A response whose content is printed by orjson; dataclasses become objects, NaN becomes null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The content as JSON text in UTF-8."""
        return orjson.dumps(content)
