"""Turns what the ClickHouse driver raises into `storage.errors`. Pure."""

from __future__ import annotations

import re

from clickhouse_connect.driver.exceptions import ClickHouseError

from storage.errors import (
    QueryTooHeavy,
    StorageError,
    StorageOverloaded,
    StorageUnavailable,
    UndecodableBlock,
)

# ClickHouse's error codes (src/Common/ErrorCodes.cpp), grouped by what a caller can do about them.
_TOO_HEAVY = {
    158,  # TOO_MANY_ROWS
    159,  # TIMEOUT_EXCEEDED
    160,  # TOO_SLOW
    241,  # MEMORY_LIMIT_EXCEEDED
    307,  # TOO_MANY_BYTES
    396,  # TOO_MANY_ROWS_OR_BYTES
}
_OVERLOADED = {
    202,  # TOO_MANY_SIMULTANEOUS_QUERIES
    243,  # NOT_ENOUGH_SPACE
    252,  # TOO_MANY_PARTS
}
_UNDECODABLE = {
    6,  # CANNOT_PARSE_TEXT
    26,  # CANNOT_PARSE_QUOTED_STRING
    27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
    32,  # ATTEMPT_TO_READ_AFTER_EOF
    33,  # CANNOT_READ_ALL_DATA
    69,  # ARGUMENT_OUT_OF_BOUND
    70,  # CANNOT_CONVERT_TYPE
    72,  # CANNOT_PARSE_NUMBER
    117,  # INCORRECT_DATA
    128,  # TOO_LARGE_ARRAY_SIZE
    131,  # TOO_LARGE_STRING_SIZE
    153,  # ILLEGAL_DIVISION
    190,  # SIZES_OF_ARRAYS_DONT_MATCH
    321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    407,  # DECIMAL_OVERFLOW
    433,  # PROTOBUF_BAD_CAST
    434,  # PROTOBUF_FIELD_NOT_REPEATED
    436,  # UNKNOWN_PROTOBUF_FORMAT
    444,  # DATA_CANNOT_BE_PROTOBUF_ENCODED
    469,  # PROTOBUF_ERROR
}
_SECRET = re.compile(r"(password\s*=?\s*)'[^']*'", re.IGNORECASE)
_MESSAGE_LIMIT = 500


def translated(error: ClickHouseError | OSError) -> StorageError:
    """The storage error for a driver error.

    Unknown codes count as unavailable: an acknowledged span is never at stake, and a client that tries
    again is better than data called poison because a server was misconfigured for a minute.
    """
    code = getattr(error, "code", None)
    message = _SECRET.sub(r"\1'***'", str(error)).replace("\n", " ")[:_MESSAGE_LIMIT]
    if code in _TOO_HEAVY:
        return QueryTooHeavy(message)
    if code in _OVERLOADED:
        return StorageOverloaded(message)
    # BAD_ARGUMENTS (36) has many causes; this one is a oneof that carries two members.
    if code in _UNDECODABLE or (code == 36 and "Invalid protobuf data" in message):
        return UndecodableBlock(message)
    return StorageUnavailable(message)
