"""One gRPC call: collects its message within the limits, hands it on, answers; all in the listener's loop."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from dataclasses import dataclass

from collector.budget import ByteBudget, Reservation
from collector.completions import Completions
from collector.http2.stream import Stream
from collector.intake import ENCODINGS, INLINE_INFLATE_BYTES, Intake
from collector.limits import Limits
from collector.metrics import Transport
from collector.otlp.answers import not_stored_answer, trace_answer
from collector.otlp.check import CheckedRequest
from collector.pipeline import INLINE_CHECK_BYTES, Pipeline
from collector.receivers import grpc_answer
from collector.refusal import Internal, Invalid, Reason, Refusal, Unavailable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls of a listener share."""

    pipeline: Pipeline
    limits: Limits
    budget: ByteBudget
    intake: Intake
    completions: Completions
    loop: asyncio.AbstractEventLoop

    def refuse(self, stream: Stream, refusal: Refusal) -> None:
        """Answers with a refusal, and counts it."""
        self.pipeline.note(refusal, Transport.OTLP_GRPC)
        stream.answer(grpc_answer.refused(refusal), b"", b"")


class ExportCall:
    """An export: a `collector.http2.stream.Call`.

    Args:
        stream: For the answer.
        around: Shared with other calls.
        encoding: The request's `grpc-encoding`.
        dropped_signal: `metrics` or `logs`, which are received and dropped; empty for traces.
    """

    __slots__ = ("_around", "_checked", "_encoding", "_held", "_parts", "_signal", "_size_bytes", "_stream")

    def __init__(self, stream: Stream, around: Surroundings, encoding: str, dropped_signal: str) -> None:
        self._stream = stream
        self._around = around
        self._encoding = encoding
        self._signal = dropped_signal
        self._held = Reservation(around.budget)
        self._parts: list[bytes] = []
        self._size_bytes = 0
        self._checked: CheckedRequest | None = None

    def received(self, part: bytes) -> None:
        """Keeps it, if there is room."""
        self._size_bytes += len(part)
        self._parts.append(part)
        try:
            # The prefix says how large the message is: one that is too large is not waited for.
            if not self._held.size_bytes and self._size_bytes >= grpc_answer.PREFIX.size:
                self._check_size()
            self._around.intake.take(self._size_bytes - grpc_answer.PREFIX.size, len(part), self._held)
        except Refusal as refusal:
            self._refuse(refusal)

    def ended(self) -> None:
        """Checks and submits the message; what takes long does so in a thread."""
        try:
            compressed, message = self._message()
            slow = len(message) > (INLINE_INFLATE_BYTES if compressed else INLINE_CHECK_BYTES)
            if slow:
                work = self._around.loop.run_in_executor(None, self._prepare, compressed, message)
                work.add_done_callback(self._prepared)
            else:
                self._submit(self._prepare(compressed, message))
        except Exception as error:
            self._fail(error)

    def aborted(self) -> None:
        """Gives back what it held; what is on its way to the store is stored all the same."""
        self._parts.clear()
        self._held.release()

    def tick(self, waited_seconds: float) -> None:
        """Refuses a message that does not come, or one that the store does not take."""
        limits = self._around.limits
        if not self._stream.half_closed:
            if waited_seconds > limits.body_read_timeout_seconds:
                text = f"the message was not complete after {limits.body_read_timeout_seconds:g} seconds"
                self._refuse(Unavailable(Reason.TIMED_OUT, text, limits.retry_after_seconds))
        elif waited_seconds > limits.ack_timeout_seconds:
            self._refuse(self._around.pipeline.timed_out())

    def completed(self, error: BaseException | None) -> None:
        """The store has the request, or not."""
        if error is not None:
            self._fail(error)
            return
        assert self._checked is not None
        self._acknowledge(self._checked)

    def _check_size(self) -> None:
        _, size_bytes = grpc_answer.PREFIX.unpack_from(b"".join(self._parts))
        if size_bytes > self._around.limits.max_request_bytes:
            raise self._around.intake.too_large()

    def _message(self) -> tuple[bool, bytes]:
        """Whether it is compressed, and the message without its prefix, copied once at most."""
        prefix_bytes = grpc_answer.PREFIX.size
        parts, self._parts = self._parts, []
        if self._size_bytes < prefix_bytes:
            raise Invalid(Reason.UNDECODABLE, "the call carries no message")
        if len(parts[0]) < prefix_bytes:
            parts = [b"".join(parts)]
        compressed, size_bytes = grpc_answer.PREFIX.unpack_from(parts[0])
        if size_bytes != self._size_bytes - prefix_bytes or compressed > 1:
            raise Invalid(Reason.UNDECODABLE, "the call does not carry exactly one message")
        if compressed and self._encoding not in ENCODINGS:
            raise Invalid(Reason.UNSUPPORTED, "the message is compressed; grpc-encoding does not say how")
        parts[0] = parts[0][prefix_bytes:]
        return bool(compressed), parts[0] if len(parts) == 1 else b"".join(parts)

    def _prepare(self, compressed: bool, message: bytes) -> CheckedRequest | None:
        if compressed:
            message = self._around.intake.inflated(message, self._encoding, self._held)
        return None if self._signal else self._around.pipeline.check(message)

    def _prepared(self, work: asyncio.Future[CheckedRequest | None]) -> None:
        try:
            self._submit(work.result())
        except Exception as error:
            self._fail(error)

    def _submit(self, checked: CheckedRequest | None) -> None:
        if checked is None:
            self._held.release()
            self._answer(not_stored_answer(self._signal))
            return
        self._checked = checked
        stored = self._around.pipeline.submit(checked, self._held)
        if stored is None:
            self._acknowledge(checked)
        else:
            stored.add_done_callback(self._stored)

    def _stored(self, stored: Future[None]) -> None:
        """In the writer's thread."""
        self._around.completions.put(self, stored.exception())

    def _acknowledge(self, checked: CheckedRequest) -> None:
        self._around.pipeline.acknowledged(checked, Transport.OTLP_GRPC)
        self._answer(trace_answer(checked))

    def _answer(self, body: bytes) -> None:
        self._stream.answer(grpc_answer.OK_HEAD, grpc_answer.message(body), grpc_answer.OK_TRAILERS)

    def _fail(self, error: BaseException) -> None:
        if not isinstance(
            error, Refusal
        ):  # a defect answers as one; the client learns nothing of our insides
            logger.error("an OTLP/gRPC export failed", exc_info=error)
            error = Internal(Reason.INTERNAL, "the collector failed; see its log")
        self._refuse(error)

    def _refuse(self, refusal: Refusal) -> None:
        self.aborted()
        if not self._stream.closed:
            self._around.refuse(self._stream, refusal)
