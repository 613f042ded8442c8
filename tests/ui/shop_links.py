"""The shop's links, and many more: fixed figures with one slow link, one failing, some quiet."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from query.model.link import DependencyLink, Exemplar, LinkKind, NodeKind, Percentiles, Status


def _hash(text: str, salt: int) -> int:
    return Random(f"{text}/{salt}").getrandbits(128) | 1


def times(p95: float) -> Percentiles:
    return Percentiles(p95 * 0.42, p95, p95 * 1.31, p95 * 1.9)


def link(
    caller: str,
    callee: str,
    kind: LinkKind = "http",
    *,
    calls: int = 3_690,
    errors: int = 0,
    p95: float = 40.0,
    baseline: float | None = None,
    status: Status = "ok",
    reasons: tuple[str, ...] = (),
    caller_kind: NodeKind = "service",
    callee_kind: NodeKind = "service",
) -> DependencyLink:
    seen = callee_kind == "service"
    exemplars = [
        Exemplar(
            f"{_hash(caller + callee, i):032x}",
            f"{_hash(callee, i) >> 64:016x}",
            p95 * (1.9 - i * 0.17),
            i % 3 == 0 and errors > 0,
        )
        for i in range(5 if calls else 0)
    ]
    return DependencyLink(
        caller=caller,
        callee=callee,
        kind=kind,
        calls=calls,
        calls_per_second=calls / 900,
        errors=errors,
        error_rate=errors / calls if calls else 0.0,
        client_ms=times(p95) if caller_kind == "service" else None,
        server_ms=times(p95 * 0.97) if seen else None,
        gap_ms=times(p95 * 0.03) if seen and caller_kind == "service" else None,
        baseline_p95_ms=baseline if baseline is not None else p95 * 0.98,
        status=status,
        reasons=list(reasons) or [f"p95 {p95:.0f} ms is within its baseline"],
        impact_ms=max(0.0, p95 - (baseline or p95)) * calls,
        caller_kind=caller_kind,
        callee_kind=callee_kind,
        exemplars=exemplars,
    )


SHOP_LINKS = (
    link("user", "frontend", calls=12_820, p95=231, caller_kind="user"),
    link("frontend", "catalog", calls=9_841, p95=48),
    link("frontend", "cart", calls=4_212, p95=21),
    link("frontend", "checkout", calls=1_262, p95=402, baseline=371),
    link(
        "checkout",
        "payment",
        calls=1_240,
        errors=12,
        p95=812,
        baseline=159,
        status="slow",
        reasons=("p95 812 ms is 5.1x its baseline of 159 ms",),
    ),
    link("checkout", "cart", calls=1_255, p95=18),
    link("checkout", "inventory", "rpc", calls=1_250, p95=33),
    link("checkout", "fulfilment", "messaging", calls=1_197, p95=121),
    link("payment", "bank.example.com", "external", calls=1_236, p95=141, callee_kind="external"),
    link("inventory", "postgresql/stock", "database", calls=2_493, p95=6.2, callee_kind="database"),
    link("catalog", "postgresql/catalog", "database", calls=19_210, p95=4.1, callee_kind="database"),
    link("cart", "redis", "database", calls=11_031, p95=0.81, callee_kind="database"),
    link(
        "fulfilment",
        "shipping",
        "rpc",
        calls=1_180,
        errors=97,
        p95=64,
        status="failing",
        reasons=("8.2 % of 1,180 calls failed; its threshold is 5 %",),
    ),
    link("shipping", "fulfilment", calls=611, p95=12),
    link("catalog", "catalog", calls=640, p95=9.4),
    link("fulfilment", "kafka/shipments", "messaging", calls=1_102, p95=3.3, callee_kind="messaging"),
    link(
        "scheduler", "fulfilment", calls=4, p95=88, status="quiet", reasons=("4 calls are too few to judge",)
    ),
    link("fulfilment", "email", calls=7, p95=240, status="quiet", reasons=("7 calls are too few to judge",)),
)

SHOP_NAMESPACES = {
    **dict.fromkeys(("catalog", "cart", "checkout", "inventory"), "shop"),
    **dict.fromkeys(("fulfilment", "shipping", "email"), "delivery"),
    "payment": "payments",
}


def big_links(services: int = 150, links: int = 190, seed: int = 7) -> tuple[DependencyLink, ...]:
    """Many services in tiers with a few cross links; two are in trouble, one is quiet."""
    random = Random(seed)
    names = [f"{area}-{part}-{i:03d}" for i, (area, part) in enumerate(_areas(services, random))]
    made: dict[tuple[str, str], DependencyLink] = {}
    for i in range(1, services):
        caller = names[random.randrange(max(0, i // 3 - 4), max(1, i // 2 + 1))]
        made[caller, names[i]] = link(
            caller, names[i], calls=random.randrange(200, 90_000), p95=random.uniform(2, 90)
        )
    while len(made) < links:
        a, b = sorted(random.sample(range(services), 2))
        made[names[a], names[b]] = link(
            names[a], names[b], calls=random.randrange(200, 90_000), p95=random.uniform(2, 90)
        )
    keys = list(made)
    slow, failing, quiet = keys[len(keys) // 2], keys[len(keys) // 3], keys[7]
    made[slow] = link(
        *slow,
        calls=1_240,
        p95=812,
        baseline=159,
        status="slow",
        reasons=("p95 812 ms is 5.1x its baseline of 159 ms",),
    )
    made[failing] = link(
        *failing,
        calls=2_210,
        errors=190,
        p95=31,
        status="failing",
        reasons=("8.6 % of 2,210 calls failed; its threshold is 5 %",),
    )
    made[quiet] = replace(made[quiet], status="quiet", calls=3, reasons=["3 calls are too few to judge"])
    return tuple(made.values())


def _areas(services: int, random: Random) -> list[tuple[str, str]]:
    areas = ["web", "orders", "billing", "search", "media", "identity", "ads", "logistics"]
    parts = ["api", "worker", "gateway", "store", "index", "cache-proxy", "scheduler", "reporting-aggregator"]
    return [(random.choice(areas), random.choice(parts)) for _ in range(services)]
