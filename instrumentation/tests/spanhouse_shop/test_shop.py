"""The whole shop: real processes, real SDKs, and every span a receiver got checked against the story."""

from __future__ import annotations

import signal
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from spanhouse_shop.roster import ROSTER
from spanhouse_shop.services.mailer import MAILHOST
from spanhouse_shop.story import Story

from instrumentation.tests.otlp_receiver import OtlpReceiver, ReceivedSpan, otlp_receiver
from instrumentation.tests.shop_run import shop_run, wait_until_gone

# A rate at which two cores that also run other tests are not busy: who waits for a processor is no story.
STORY = Story(seed=11, visits_per_second=10.0, slow_after_seconds=5.0, fail_after_seconds=7.5)
TRACED = {member.name: member for member in ROSTER if member.traced}

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Outcome:
    """What one run of the shop left behind."""

    receiver: OtlpReceiver
    lines: list[str]
    exit_code: int

    @property
    def spans(self) -> list[ReceivedSpan]:
        return self.receiver.spans

    def of(self, service: str, kind: str) -> list[ReceivedSpan]:
        return [span for span in self.spans if (span.service, span.kind) == (service, kind)]

    def by_id(self) -> dict[tuple[str, str], ReceivedSpan]:
        return {(span.trace_id, span.span_id): span for span in self.spans}

    def visits(self) -> dict[str, int]:
        """The visit number of every trace that a visit began."""
        return {span.trace_id: span.attributes["shop.visit"] for span in self.of("storefront", "SERVER")}

    def visit_of(self, span: ReceivedSpan) -> int:
        return self.visits()[span.trace_id]


@pytest.fixture(scope="module")
def outcome() -> Iterator[Outcome]:
    arguments = (
        f"--rate={STORY.visits_per_second}",
        f"--seed={STORY.seed}",
        f"--slow-after={STORY.slow_after_seconds}",
        f"--fail-after={STORY.fail_after_seconds}",
    )
    with otlp_receiver() as receiver, shop_run(f"--otlp-endpoint={receiver.endpoint}", *arguments) as run:
        run.wait_for_line("starts failing")
        children = run.child_pids()
        time.sleep(3.5)
        run.process.send_signal(signal.SIGTERM)
        exit_code = run.process.wait(20)
        wait_until_gone(children)
        assert len(children) == len(ROSTER)
        yield Outcome(receiver, run.lines, exit_code)


def test_it_tells_its_story_and_nothing_went_wrong(outcome: Outcome) -> None:
    assert outcome.exit_code == 0
    assert [line.partition(": ")[2][:20] for line in outcome.lines] == [
        f"starting {len(ROSTER)} processes"[:20],
        f"open: {STORY.visits_per_second:g} visits per second"[:20],
        "0 s: all links are healthy"[:20],
        f"{STORY.slow_after_seconds:g} s: payment → bank turns slow"[:20],
        f"{STORY.fail_after_seconds:g} s: checkout → inventory"[:20],
        f"closing: {len(outcome.visits())} visits answered"[:20],
    ]
    assert outcome.lines[-1].endswith(" 0 failed")


def test_only_traces_are_sent(outcome: Outcome) -> None:
    assert set(outcome.receiver.paths) == {"/v1/traces"}


def test_every_instrumented_process_says_who_it_is(outcome: Outcome) -> None:
    resources = {span.service: span.resource for span in outcome.spans}
    assert set(resources) == set(TRACED)
    for name, resource in resources.items():
        assert resource["service.namespace"] == TRACED[name].namespace
        assert resource["service.version"] == TRACED[name].version
    assert len({resource["service.instance.id"] for resource in resources.values()}) == len(TRACED)


def test_visits_are_recorded_once_from_the_first_on_without_warm_up_or_load_generator(
    outcome: Outcome,
) -> None:
    numbers = [span.attributes["shop.visit"] for span in outcome.of("storefront", "SERVER")]
    assert sorted(numbers) == list(range(len(numbers)))
    roots = Counter((span.service, span.kind) for span in outcome.spans if not span.parent_span_id)
    assert set(roots) == {("storefront", "SERVER"), ("orders-worker", "CONSUMER")}
    assert roots["storefront", "SERVER"] == len(numbers)


def test_every_parent_arrives(outcome: Outcome) -> None:
    known = outcome.by_id()
    assert not [
        span
        for span in outcome.spans
        if span.parent_span_id and (span.trace_id, span.parent_span_id) not in known
    ]


def test_no_request_has_two_server_spans(outcome: Outcome) -> None:
    parents = [
        (span.trace_id, span.parent_span_id)
        for span in outcome.spans
        if span.kind == "SERVER" and span.parent_span_id
    ]
    assert parents
    assert len(parents) == len(set(parents))
    assert not [span for span in outcome.spans if span.kind == "INTERNAL"]


@pytest.mark.parametrize(
    ("caller", "callee", "attribute"),
    [
        ("storefront", "catalog", "http.request.method"),
        ("storefront", "checkout", "http.request.method"),
        ("checkout", "payment", "http.request.method"),
        ("payment", "bank", "http.request.method"),
        ("orders-worker", "mailer", "http.request.method"),
        ("checkout", "inventory", "rpc.system"),
    ],
)
def test_a_call_is_a_client_span_in_one_process_and_its_server_span_in_another(
    outcome: Outcome, caller: str, callee: str, attribute: str
) -> None:
    known = outcome.by_id()
    servers = outcome.of(callee, "SERVER")
    assert len(servers) > 20
    for server in servers:
        client = known[server.trace_id, server.parent_span_id]
        assert (client.service, client.kind) == (caller, "CLIENT")
        assert attribute in client.attributes
        assert attribute in server.attributes


def test_a_batch_is_linked_to_the_span_that_sent_each_message(outcome: Outcome) -> None:
    known = outcome.by_id()
    batches = outcome.of("orders-worker", "CONSUMER")
    for batch in batches:
        assert len(batch.links) == batch.attributes["messaging.batch.message_count"]
        for link in batch.links:
            sender = known[link.trace_id, link.span_id]
            assert (sender.service, sender.kind) == ("checkout", "PRODUCER")
            for name in ("messaging.system", "messaging.destination.name"):
                assert sender.attributes[name] == batch.attributes[name]
            assert sender.end_ns <= batch.end_ns
    sizes = [len(batch.links) for batch in batches]
    assert max(sizes) > 1
    assert sum(sizes) == len({link for batch in batches for link in batch.links})


@pytest.mark.parametrize(("service", "namespace"), [("catalog", "products"), ("orders-worker", "orders")])
def test_a_statement_is_a_client_span_that_names_its_database(
    outcome: Outcome, service: str, namespace: str
) -> None:
    statements = [span for span in outcome.of(service, "CLIENT") if "db.system.name" in span.attributes]
    assert len(statements) > 20
    for span in statements:
        assert span.attributes["db.system.name"] == "sqlite"
        assert span.attributes["db.namespace"] == namespace
        assert "?" in span.attributes["db.query.text"]


def test_the_third_party_is_seen_only_by_its_public_name(outcome: Outcome) -> None:
    calls = outcome.of("mailer", "CLIENT")
    assert len(calls) > 20
    assert {span.attributes["server.address"] for span in calls} == {MAILHOST}
    parents = {(span.trace_id, span.parent_span_id) for span in outcome.spans}
    assert not [span for span in calls if (span.trace_id, span.span_id) in parents]


def _slowdown(outcome: Outcome, service: str) -> float:
    """How many times longer the median SERVER span of a buying visit is once the bank is slow."""
    halves: dict[bool, list[float]] = {False: [], True: []}
    for span in outcome.of(service, "SERVER"):
        visit = STORY.visit(outcome.visit_of(span))
        if visit.buys:
            halves[visit.offset_seconds >= STORY.slow_after_seconds].append(span.seconds)
    assert min(len(half) for half in halves.values()) > 20
    return statistics.median(halves[True]) / statistics.median(halves[False])


@pytest.mark.parametrize("service", ["bank", "payment", "checkout", "storefront"])
def test_whoever_waits_for_the_bank_takes_at_least_as_long_as_it_does(outcome: Outcome, service: str) -> None:
    for span in outcome.of(service, "SERVER"):
        visit = STORY.visit(outcome.visit_of(span))
        if visit.buys:
            assert span.seconds >= STORY.work_seconds("bank", visit.number)


def test_the_bank_turns_slow_at_its_moment(outcome: Outcome) -> None:
    assert _slowdown(outcome, "bank") > 3


@pytest.mark.parametrize("service", ["catalog", "inventory"])
def test_who_does_not_wait_for_the_bank_does_not_slow_down_with_it(outcome: Outcome, service: str) -> None:
    assert _slowdown(outcome, service) < _slowdown(outcome, "bank") / 2


def test_exactly_the_reservations_of_the_story_fail(outcome: Outcome) -> None:
    reservations = outcome.of("inventory", "SERVER")
    failed = {outcome.visit_of(span) for span in reservations if span.failed}
    assert failed == {
        number for number in map(outcome.visit_of, reservations) if STORY.reservation_fails(number)
    }
    assert failed
    known = outcome.by_id()
    for span in reservations:
        assert known[span.trace_id, span.parent_span_id].failed == span.failed
        assert span.events == (("exception",) if span.failed else ())


def test_a_failed_reservation_fails_nothing_else(outcome: Outcome) -> None:
    failed = Counter((span.service, span.kind) for span in outcome.spans if span.failed)
    assert set(failed) == {("inventory", "SERVER"), ("checkout", "CLIENT")}
    assert failed["inventory", "SERVER"] == failed["checkout", "CLIENT"]
