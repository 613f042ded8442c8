"""Reads a JSON body as senders really write it. Pure; knows neither OTLP nor Zipkin.

JavaScript cuts strings inside a pair of surrogates and writes the half that is left as an escape, and some
programs put a byte order mark in front. One such attribute must not cost all the spans of a request.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from collector.refusal import Invalid, Reason

_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    r"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def read_json(body: bytes) -> Any:
    """Parse; half surrogates and bytes that are not UTF-8 become U+FFFD.

    Raises:
        Invalid: Not JSON all the same.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        return orjson.loads(_ESCAPE.sub(_whole, text))
    except orjson.JSONDecodeError as error:
        raise Invalid(Reason.UNDECODABLE, f"the body is not JSON: {error}") from error


def _whole(escape: re.Match[str]) -> str:
    return "\\ufffd" if escape["half"] else escape[0]
