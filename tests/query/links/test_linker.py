"""One test per rule; where Zipkin tests the same case of its linker, the test has Zipkin's name for it."""

from __future__ import annotations

from query.links.linker import find_hops
from query.links.span import FoundHop, LinkSpan
from query.model.trace import SpanKind

S = 1_790_000_000_000_000_000
MS = 1_000_000
TRACE = "a" * 32


def span(
    number: int,
    parent: int | None,
    service: str,
    kind: SpanKind,
    *,
    start_ms: int = 0,
    ms: int = 10,
    trace: str = TRACE,
    error: bool = False,
    links: tuple[tuple[str, str], ...] = (),
    received_s: int = 0,
    **attributes: object,
) -> LinkSpan:
    return LinkSpan(
        trace_id=trace,
        span_id=f"{number:016x}",
        parent_span_id="" if parent is None else f"{parent:016x}",
        service=service,
        name=f"{service} {number}",
        kind=kind,
        start_ns=S + start_ms * MS,
        duration_ns=ms * MS,
        error=error,
        attributes={name.replace("__", "."): value for name, value in attributes.items()},
        span_links=links,
        received_ns=received_s * 10**9,
    )


def pairs(hops: list[FoundHop]) -> list[tuple[str, str, str]]:
    return sorted((hop.caller, hop.callee, hop.kind) for hop in hops)


def test_client_and_server_make_one_hop_with_three_times() -> None:
    client = span(1, None, "cart", "client", ms=12, http__request__method="GET")
    server = span(2, 1, "payment", "server", start_ms=1, ms=9, error=True)

    (hop,) = find_hops([client, server])

    assert (hop.caller, hop.callee, hop.kind, hop.operation) == ("cart", "payment", "http", "payment 2")
    assert (hop.client, hop.server, hop.gap_ns) == (client, server, 3 * MS)
    assert hop.error
    assert hop.start_ns == server.start_ns


def test_root_server_is_called_by_the_user() -> None:
    (hop,) = find_hops([span(1, None, "shop", "server")])

    assert (hop.caller, hop.caller_kind, hop.client, hop.gap_ns) == ("user", "user", None, None)


def test_a_service_named_user_is_a_service() -> None:
    (hop,) = find_hops([span(1, 9, "user", "internal"), span(2, 1, "shop", "server")])

    assert (hop.caller, hop.caller_kind) == ("user", "service")


def test_mixed_trace_ids() -> None:
    spans = [span(1, None, "cart", "client"), span(2, 1, "payment", "server", trace="b" * 32)]

    assert find_hops(spans) == []


def test_replay_overwrites() -> None:
    spans = [span(1, None, "cart", "client"), span(2, 1, "payment", "server")]

    assert find_hops(spans * 3) == find_hops(spans)


def test_loopback() -> None:
    assert pairs(find_hops([span(1, None, "cart", "client"), span(2, 1, "cart", "server")])) == [
        ("cart", "cart", "rpc")
    ]


def test_headless_trace() -> None:
    spans = [span(2, 1, "cart", "server"), span(3, 2, "cart", "client"), span(4, 3, "payment", "server")]

    assert pairs(find_hops(spans)) == [("cart", "payment", "rpc")]


def test_uninstrumented_server() -> None:
    (hop,) = find_hops([span(1, None, "cart", "client", server__address="bank.example", server__port=443)])

    assert (hop.caller, hop.callee, hop.kind, hop.callee_kind) == (
        "cart",
        "bank.example",
        "external",
        "external",
    )
    assert hop.server is None


def test_uninstrumented_client() -> None:
    spans = [span(1, None, "cart", "internal"), span(2, 1, "payment", "server")]

    (hop,) = find_hops(spans)

    assert (hop.caller, hop.callee, hop.client) == ("cart", "payment", None)


def test_producer_and_consumer_by_parent() -> None:
    spans = [
        span(1, None, "cart", "producer", ms=2),
        span(2, 1, "mail", "consumer", start_ms=50),
    ]

    (hop,) = find_hops(spans)

    assert (hop.kind, hop.gap_ns) == ("messaging", 48 * MS)


def test_messaging_with_broker_by_span_links() -> None:
    producers = [span(number, None, "cart", "producer", trace=f"{number:032x}") for number in (1, 2)]
    keys = tuple(producer.key for producer in producers)
    consumer = span(3, None, "mail", "consumer", trace="c" * 32, links=(*keys, keys[0]))

    assert pairs(find_hops([*producers, consumer])) == [("cart", "mail", "messaging")] * 2


def test_parent_and_link_to_the_same_producer_count_once() -> None:
    producer = span(1, None, "cart", "producer")
    consumer = span(2, 1, "mail", "consumer", links=(producer.key,))

    assert len(find_hops([producer, consumer])) == 1


def test_a_consumer_is_ahead_of_a_skewed_producer_by_nothing() -> None:
    spans = [span(1, None, "cart", "producer", start_ms=500), span(2, 1, "mail", "consumer")]

    assert find_hops(spans)[0].gap_ns == 0


def test_a_message_nobody_takes_goes_to_its_queue() -> None:
    producer = span(
        1, None, "cart", "producer", messaging__system="kafka", messaging__destination__name="orders"
    )

    assert pairs(find_hops([producer])) == [("cart", "kafka:orders", "messaging")]


def test_one_way() -> None:
    assert find_hops([span(1, None, "mail", "consumer")]) == []


def test_missing_intermediate_span() -> None:
    spans = [span(1, None, "cart", "client"), span(3, 2, "payment", "server")]

    assert find_hops(spans) == []


def test_unnamed_endpoints_skipped() -> None:
    assert find_hops([span(1, None, "cart", "client")]) == []


def test_intermediate_spans() -> None:
    spans = [
        span(1, None, "cart", "server"),
        span(2, 1, "cart", "internal"),
        span(3, 2, "cart", "internal"),
        span(4, 3, "cart", "client"),
        span(5, 4, "payment", "server"),
    ]

    assert pairs(find_hops(spans)) == [("cart", "payment", "rpc"), ("user", "cart", "rpc")]


def test_duplicate_address() -> None:
    spans = [
        span(1, None, "cart", "client", server__address="cart", peer__service="cart"),
        span(2, 1, "payment", "server"),
    ]

    assert pairs(find_hops(spans)) == [("cart", "payment", "rpc")]


def test_late_parent_is_waited_for() -> None:
    child = span(2, 1, "payment", "server")

    assert find_hops([child]) == []
    assert pairs(find_hops([child, span(1, None, "cart", "client")])) == [("cart", "payment", "rpc")]


def test_errors_on_uninstrumented_links() -> None:
    (hop,) = find_hops([span(1, None, "cart", "client", error=True, peer__service="bank")])

    assert hop.error


def test_unrelated_spans_are_not_linked_when_the_root_is_missing() -> None:
    spans = [span(2, 1, "cart", "server"), span(3, 1, "payment", "server"), span(4, 1, "mail", "consumer")]

    assert find_hops(spans) == []


def test_retries_each_count() -> None:
    servers = [span(number, 1, "payment", "server", error=number < 4) for number in (2, 3, 4)]

    hops = find_hops([span(1, None, "cart", "client"), *servers])

    assert [hop.error for hop in hops] == [True, True, False]


def test_nested_clients_are_one_call_named_by_the_outermost() -> None:
    outer = span(1, None, "cart", "client", db__system="elasticsearch", server__address="search")
    inner = span(2, 1, "cart", "client", http__request__method="POST", server__address="10.0.0.7")

    assert pairs(find_hops([outer, inner])) == [("cart", "search", "database")]


def test_a_matched_inner_client_covers_the_outer() -> None:
    spans = [
        span(1, None, "cart", "client", peer__service="search"),
        span(2, 1, "cart", "client", http__request__method="POST", server__address="search"),
        span(3, 2, "cart", "client", server__address="search"),
        span(4, 3, "search", "server"),
    ]

    assert pairs(find_hops(spans)) == [("cart", "search", "rpc")]


def test_waiting_for_a_message_is_no_call() -> None:
    receive = span(1, None, "mail", "client", messaging__system="kafka", messaging__operation__type="receive")

    assert find_hops([receive]) == []


def test_work_of_another_service_without_a_server_span_is_internal() -> None:
    spans = [span(1, None, "cart", "client", peer__service="worker"), span(2, 1, "worker", "internal")]

    (hop,) = find_hops(spans)

    assert (hop.caller, hop.callee, hop.kind, hop.client) == ("cart", "worker", "internal", spans[0])


def test_an_unmatched_client_is_external_only_when_its_callee_is_overdue() -> None:
    spans = [
        span(1, None, "cart", "client", peer__service="bank", received_s=100),
        span(2, None, "cart", "client", db__system="mysql", received_s=100),
    ]

    assert pairs(find_hops(spans, now_ns=105 * 10**9)) == [("cart", "mysql", "database")]
    assert len(find_hops(spans, now_ns=110 * 10**9)) == 2


def test_sidecars_between_two_services_do_not_double_them() -> None:
    spans = [
        span(1, None, "cart", "client", ms=20, http__request__method="GET"),
        span(2, 1, "cart.default", "client", component="proxy"),
        span(3, 2, "payment.default", "server", component="proxy"),
        span(4, 3, "payment", "server", ms=10),
    ]

    (hop,) = find_hops(spans)

    assert (hop.caller, hop.callee, hop.client, hop.server) == ("cart", "payment", spans[0], spans[3])


def test_sidecars_stand_in_for_services_without_spans() -> None:
    spans = [
        span(1, None, "cart.default", "client", component="proxy"),
        span(2, 1, "payment.default", "server", component="proxy"),
    ]

    assert pairs(find_hops(spans)) == [("cart.default", "payment.default", "rpc")]


def test_a_sidecar_client_stands_in_for_the_services_own() -> None:
    spans = [
        span(1, None, "cart", "server"),
        span(2, 1, "cart.default", "client", component="proxy"),
        span(3, 2, "payment.default", "server", component="proxy"),
        span(4, 3, "payment", "server"),
    ]

    assert pairs(find_hops(spans)) == [("cart", "payment", "rpc"), ("user", "cart", "rpc")]


def test_weights_follow_the_sampling_threshold() -> None:
    client = span(1, None, "cart", "client")
    server = LinkSpan(
        TRACE, "2".zfill(16), client.span_id, "payment", "x", "server", S, MS, trace_state="ot=th:c"
    )

    assert find_hops([client, server])[0].weight == 4.0


def test_cycles_end() -> None:
    assert find_hops([span(1, 1, "a", "server"), span(2, 3, "a", "client"), span(3, 2, "a", "client")]) == []
