from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

from query.links.confidence import fraction_low
from query.links.settings import LinkSettings, Objective
from query.links.sketch import histogram_of, quantiles_ns
from query.links.status import Replay, Stretch, Verdict, judge

SETTINGS = LinkSettings()
NOTHING = Objective()


def stretch(samples: int, p95_ms: float, *, error_rate: float = 0.0, low_ms: float | None = None) -> Stretch:
    return Stretch(10.0, samples, p95_ms, p95_ms * 0.9 if low_ms is None else low_ms, error_rate)


def observed(durations_ms: list[float], seconds: float) -> Stretch:
    low = fraction_low(0.95, len(durations_ms), SETTINGS.confidence_z)
    p95_ns, low_ns = quantiles_ns(histogram_of(int(one * 1e6) for one in durations_ms), (0.95, low))
    return Stretch(seconds, len(durations_ms), p95_ns / 1e6, low_ns / 1e6, 0.0)


def walk(blocks: Sequence[Stretch]) -> Replay:
    return Replay(SETTINGS).after(blocks)


def verdict(*blocks: Stretch, window: Stretch | None = None, objective: Objective = NOTHING) -> Verdict:
    return judge(window or blocks[-1], walk(blocks), [], [], SETTINGS, objective)


def test_a_steady_link_is_ok() -> None:
    found = verdict(*[stretch(50, 100)] * 5)

    assert (found.status, found.reasons, found.baseline_p95_ms) == ("ok", [], 100)


def test_a_slow_block_far_above_is_slow_at_once_and_says_since_when() -> None:
    blocks = [stretch(50, 159)] * 4 + [stretch(50, 812)]

    found = verdict(*blocks, window=stretch(250, 200))

    assert found.status == "slow"
    assert found.reasons == ["p95 812 ms in the last 10 s is 5.1x its baseline of 159 ms"]


def test_a_little_slower_needs_a_second_block() -> None:
    normal = [stretch(50, 100)] * 4

    assert verdict(*normal, stretch(50, 190), window=stretch(250, 110)).status == "ok"
    assert verdict(*normal, *[stretch(50, 190)] * 2, window=stretch(300, 110)).status == "slow"


def test_a_block_that_may_be_slow_does_not_part_two_that_are() -> None:
    normal, slow, doubtful = [stretch(50, 100)] * 4, stretch(50, 190), stretch(50, 200, low_ms=105)
    window = stretch(400, 110)

    assert verdict(*normal, slow, doubtful, slow, window=window).status == "slow"
    assert verdict(*normal, slow, doubtful, doubtful, slow, window=window).status == "ok"


def test_slow_stays_slow_until_it_is_near_normal_again() -> None:
    slow = [stretch(50, 100)] * 4 + [stretch(50, 190)] * 2
    window = stretch(400, 120)

    assert verdict(*slow, stretch(50, 140), window=window).status == "slow"
    assert verdict(*slow, stretch(50, 120), window=window).status == "ok"


def test_slow_blocks_do_not_become_the_baseline() -> None:
    found = verdict(*[stretch(50, 100)] * 2, *[stretch(50, 900)] * 60)

    assert (found.status, found.baseline_p95_ms) == ("slow", 100)


def test_a_young_link_is_not_compared_with_the_block_in_which_it_turned_slow() -> None:
    # As in the demo: the second block holds the end of what was normal and the first slow calls.
    blocks = [stretch(66, 44), stretch(31, 555, low_ms=47), stretch(28, 751), stretch(32, 689)]

    found = verdict(*blocks, window=stretch(157, 689, low_ms=50))

    assert (found.status, found.baseline_p95_ms) == ("slow", 44)


def test_a_doubtful_block_is_normal_once_the_next_one_is() -> None:
    doubtful, normal = stretch(50, 200, low_ms=105), stretch(50, 100)

    assert verdict(normal, doubtful).baseline_p95_ms == 100
    assert verdict(normal, doubtful, normal, normal).baseline_p95_ms == 100
    # What goes on to be doubtful is what is normal here.
    assert verdict(normal, *[doubtful] * 5).baseline_p95_ms == 200


def test_a_large_ratio_of_nothing_is_not_slow() -> None:
    assert verdict(*[stretch(50, 0.5)] * 4, *[stretch(50, 3)] * 4).status == "ok"


def test_an_objective_stands_instead_of_the_baseline() -> None:
    blocks = [stretch(50, 100)] * 4 + [stretch(50, 900)] * 2

    assert verdict(*blocks, objective=Objective(p95_ms=2_000)).status == "ok"
    found = verdict(*blocks, objective=Objective(p95_ms=500))
    assert found.reasons == ["p95 900 ms is above its objective of 500 ms"]


def test_without_history_nothing_is_slow() -> None:
    found = verdict(window=stretch(1_000, 5_000))

    assert (found.status, found.baseline_p95_ms) == ("ok", None)


def test_other_days_speak_too() -> None:
    blocks = [stretch(50, 100)] * 2 + [stretch(50, 900)] * 2

    def with_days(*days_ms: float) -> Verdict:
        return judge(blocks[-1], walk(blocks), [], days_ms, SETTINGS, NOTHING)

    assert with_days(850).status == "ok"
    assert with_days(850, 110).status == "slow"


def test_failing_needs_more_than_bad_luck() -> None:
    assert verdict(stretch(20, 10, error_rate=0.1)).status == "ok"
    assert verdict(stretch(400, 10, error_rate=0.1)).status == "failing"
    assert verdict(stretch(19, 10, error_rate=1.0)).status == "quiet"
    assert verdict(stretch(400, 10, error_rate=0.1), objective=Objective(error_rate=0.2)).status == "ok"


def test_a_burst_of_errors_shows_before_the_window_is_full_of_it() -> None:
    blocks = [stretch(50, 10)] * 20 + [stretch(50, 10, error_rate=0.5)]

    found = verdict(*blocks, window=stretch(1_050, 10, error_rate=0.024))

    assert found.reasons == ["50.0 % of 50 calls failed in the last 10 s (threshold 5 %)"]


def _link_hour(random: Random, calls_per_block: int, spread: float, slower_at: int | None) -> list[Stretch]:
    """Blocks of lognormal durations; from `slower_at` on everything takes twice as long."""
    return [
        observed(
            [
                50
                * math.exp(random.gauss(0, spread))
                * (2 if slower_at is not None and number >= slower_at else 1)
                for _ in range(calls_per_block)
            ],
            10.0,
        )
        for number in range(60)
    ]


def test_noise_alone_is_red_less_than_once_in_a_hundred_link_hours() -> None:
    random = Random(1)
    red = 0
    for _ in range(100):
        blocks = _link_hour(random, 50, 0.5, None)
        seen = [
            judge(blocks[end], walk(blocks[: end + 1]), [], [], SETTINGS, NOTHING) for end in range(5, 60)
        ]
        red += any(one.status in ("slow", "failing") for one in seen)
    assert red <= 1


def test_twice_as_slow_is_found_on_two_hundred_calls() -> None:
    random = Random(2)
    found = 0
    for _ in range(100):
        blocks = _link_hour(random, 50, 0.5, 56)
        slow = [50 * math.exp(random.gauss(0, 0.5)) * 2 for _ in range(200)]
        latest = observed(slow, 40.0)
        found += judge(stretch(3_000, 110), walk(blocks), [latest], [], SETTINGS, NOTHING).status == "slow"
    assert found >= 95


def test_a_walk_that_others_go_on_from_stays_where_it_is() -> None:
    slow = [stretch(50, 100)] * 5 + [stretch(50, 400)] * 2
    before = walk([stretch(50, 100)] * 5)

    assert judge(slow[-1], before.after(slow[5:]), [], [], SETTINGS, NOTHING).status == "slow"
    assert before.last == [slow[4]]
    assert not before.slow
    assert judge(slow[4], before, [], [], SETTINGS, NOTHING).status == "ok"
