"""Turns what the ClickHouse driver raises into `storage.errors`. Pure."""

from __future__ import annotations

import re

from clickhouse_connect.driver.exceptions import ClickHouseError

from storage.errors import (
    QueryTooHeavy,
    StorageError,
    StorageOverloaded,
    StorageRefused,
    StorageUnavailable,
    UndecodableBlock,
)
from storage.server_connection import ServerRefusal

# ClickHouse's error codes (src/Common/ErrorCodes.cpp), grouped by what a caller can do about them.
_TOO_HEAVY = {
    158: "rows",  # TOO_MANY_ROWS
    159: "time",  # TIMEOUT_EXCEEDED
    160: "time",  # TOO_SLOW
    241: "memory",  # MEMORY_LIMIT_EXCEEDED
    307: "bytes",  # TOO_MANY_BYTES
    396: "rows",  # TOO_MANY_ROWS_OR_BYTES
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
_AWAY = {
    60,  # UNKNOWN_TABLE: not migrated yet, or being dropped
    81,  # UNKNOWN_DATABASE
    209,  # SOCKET_TIMEOUT
    210,  # NETWORK_ERROR
    236,  # ABORTED
    242,  # TABLE_IS_READ_ONLY
    279,  # ALL_CONNECTION_TRIES_FAILED
    319,  # UNKNOWN_STATUS_OF_INSERT
    394,  # QUERY_WAS_CANCELLED
    497,  # ACCESS_DENIED
    516,  # AUTHENTICATION_FAILED
    735,  # QUERY_WAS_CANCELLED_BY_CLIENT
    999,  # KEEPER_EXCEPTION
}
_SECRET = re.compile(r"(password\s*=?\s*)'[^']*'", re.IGNORECASE)
_MESSAGE_LIMIT = 500


def translated(error: ClickHouseError | ServerRefusal | OSError) -> StorageError:
    """The storage error for an error of the driver or of a connection.

    No code means no answer: the store is away and the outcome unknown. An answer with a code that is in none
    of the lists is a refusal, which is neither called poison nor waited out.
    """
    code = getattr(error, "code", None)
    message = _SECRET.sub(r"\1'***'", str(error)).replace("\n", " ")[:_MESSAGE_LIMIT]
    # BAD_ARGUMENTS (36) has many causes; this one is a oneof that carries two members.
    if code in _UNDECODABLE or (code == 36 and "Invalid protobuf data" in message):
        return UndecodableBlock(message)
    if code in _TOO_HEAVY:
        return QueryTooHeavy(message, limit=_TOO_HEAVY[code])
    if code in _OVERLOADED:
        return StorageOverloaded(message)
    return StorageUnavailable(message) if code is None or code in _AWAY else StorageRefused(message)
