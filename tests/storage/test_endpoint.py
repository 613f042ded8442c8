import pytest

from storage.endpoint import parse_server_url


def test_reads_every_part_of_a_url() -> None:
    endpoint = parse_server_url("https://me:s%40cret@db.example:9999/traces", cluster="main")
    assert (endpoint.host, endpoint.port, endpoint.username, endpoint.password) == (
        "db.example",
        9999,
        "me",
        "s@cret",
    )
    assert (endpoint.secure, endpoint.database, endpoint.cluster) == (True, "traces", "main")


@pytest.mark.parametrize(
    ("url", "port"), [("http://127.0.0.1", 8123), ("https://127.0.0.1", 8443), ("http://[::1]:1", 1)]
)
def test_has_the_usual_defaults(url: str, port: int) -> None:
    endpoint = parse_server_url(url)
    assert (endpoint.port, endpoint.username, endpoint.database) == (port, "default", "spanhouse")


@pytest.mark.parametrize(
    "url", ["", "db:8123", "ftp://db", "http://", "http://db/a-b", "http://db/x;DROP", "http://db/a`b"]
)
def test_refuses_what_is_not_a_clickhouse_url(url: str) -> None:
    with pytest.raises(ValueError, match=r"ClickHouse URL|plain identifier"):
        parse_server_url(url)


def test_never_shows_the_password() -> None:
    assert "hunter2" not in repr(parse_server_url("http://me:hunter2@db"))
