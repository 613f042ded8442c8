"""The real OpenTelemetry SDK's exporters against the real listeners, with keys and TLS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import grpc
import pytest
import trustme
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from collector.keys import hash_key
from collector.tls import TlsFiles
from tests.collector.recording_store import RecordingStore
from tests.collector.running import Running

Start = Callable[..., Running]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path) -> TlsFiles:
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    files = TlsFiles(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(files.certificate)
    certificate.private_key_pem.write_to_path(files.private_key)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return files


def export_two_spans(exporter: SpanExporter) -> SpanExportResult:
    finished = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    tracer = provider.get_tracer("tests")
    provider.add_span_processor(SimpleSpanProcessor(finished))
    with tracer.start_as_current_span("parent", attributes={"a": (1, 2)}) as parent:
        parent.add_event("event")
        with tracer.start_as_current_span("child"):
            pass
    try:
        return exporter.export(finished.get_finished_spans())
    finally:
        exporter.shutdown()
        provider.shutdown()


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip])
def test_grpc(running: Running, store: RecordingStore, compression: grpc.Compression | None) -> None:
    endpoint = f"127.0.0.1:{running.ingest.grpc.port}"
    exporter = GrpcExporter(endpoint=endpoint, insecure=True, compression=compression)
    assert export_two_spans(exporter) is SpanExportResult.SUCCESS
    assert store.span_names == ["child", "parent"]


@pytest.mark.parametrize("compression", list(Compression))
def test_http(running: Running, store: RecordingStore, compression: Compression) -> None:
    endpoint = f"http://127.0.0.1:{running.ingest.http.port}/v1/traces"
    exporter = HttpExporter(endpoint=endpoint, compression=compression)
    assert export_two_spans(exporter) is SpanExportResult.SUCCESS
    assert store.span_names == ["child", "parent"]


def test_keys_travel_as_headers(start: Start, store: RecordingStore) -> None:
    running = start(key_hashes=(hash_key("k"),))
    http_endpoint = f"http://127.0.0.1:{running.ingest.http.port}/v1/traces"
    grpc_endpoint = f"127.0.0.1:{running.ingest.grpc.port}"
    for headers, expected in (
        ({"authorization": "Bearer k"}, SpanExportResult.SUCCESS),
        ({"x-spanhouse-key": "wrong"}, SpanExportResult.FAILURE),
    ):
        assert export_two_spans(HttpExporter(endpoint=http_endpoint, headers=headers)) is expected
        exporter = GrpcExporter(endpoint=grpc_endpoint, insecure=True, headers=headers)
        assert export_two_spans(exporter) is expected
    assert len(store.stored) == 2


def test_mutual_tls_on_both_transports(
    start: Start,
    store: RecordingStore,
    tls: TlsFiles,
    authority: trustme.CA,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # requests prefers this variable to the certificate it is given.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    running = start(tls=tls)
    client = authority.issue_cert("client@tests.example")
    certificate, key = tmp_path / "client.pem", tmp_path / "client.key"
    client.cert_chain_pems[0].write_to_path(certificate)
    client.private_key_pem.write_to_path(key)
    assert tls.client_ca is not None
    exporter: SpanExporter = HttpExporter(
        endpoint=f"https://127.0.0.1:{running.ingest.http.port}/v1/traces",
        certificate_file=str(tls.client_ca),
        client_certificate_file=str(certificate),
        client_key_file=str(key),
    )
    assert export_two_spans(exporter) is SpanExportResult.SUCCESS
    credentials = grpc.ssl_channel_credentials(
        tls.client_ca.read_bytes(), key.read_bytes(), certificate.read_bytes()
    )
    exporter = GrpcExporter(endpoint=f"localhost:{running.ingest.grpc.port}", credentials=credentials)
    assert export_two_spans(exporter) is SpanExportResult.SUCCESS
    assert len(store.stored) == 2


def test_mutual_tls_refuses_clients_without_a_certificate(start: Start, tls: TlsFiles) -> None:
    running = start(tls=tls)
    assert tls.client_ca is not None
    credentials = grpc.ssl_channel_credentials(tls.client_ca.read_bytes())
    channel = grpc.secure_channel(f"localhost:{running.ingest.grpc.port}", credentials)
    with channel, pytest.raises(grpc.FutureTimeoutError):
        grpc.channel_ready_future(channel).result(0.5)
