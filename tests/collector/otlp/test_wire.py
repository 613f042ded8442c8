from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from collector.otlp import wire


@given(st.integers(-(1 << 63), (1 << 63) - 1))
def test_varints_are_protobufs(value: int) -> None:
    assert AnyValue.FromString(wire.varint_field(3, value)).int_value == value


@given(st.floats(allow_nan=False))
def test_doubles_are_protobufs(value: float) -> None:
    assert AnyValue.FromString(wire.double_field(4, value)).double_value == value


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(0, (1 << 64) - 1),
    st.integers(0, (1 << 32) - 1),
)
def test_fields_together_are_protobufs_own_bytes(name: str, time_ns: int, flags: int) -> None:
    written = (
        wire.length_field(5, name.encode()) + wire.fixed64_field(7, time_ns) + wire.fixed32_field(16, flags)
    )
    assert Span.FromString(written) == Span(name=name, start_time_unix_nano=time_ns, flags=flags)
