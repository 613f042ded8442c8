from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from ui.assets import PLOTLY, STATIC_DIRECTORY, Assets

OUR_SCRIPT_LIMIT_BYTES = 60 * 1024


def test_names_change_with_contents(tmp_path: Path) -> None:
    (tmp_path / "base.css").write_text("a {}")
    before = Assets(tmp_path).url("base.css")
    assert before == Assets(tmp_path).url("base.css")
    (tmp_path / "base.css").write_text("b {}")
    assert before != Assets(tmp_path).url("base.css")


def test_files_are_cached_for_ever_and_compressed(client: TestClient) -> None:
    url = Assets().url("base.css")
    answer = client.get(url)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.text == (STATIC_DIRECTORY / "base.css").read_text()
    plain = client.get(url, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == answer.text


@pytest.mark.parametrize(
    "path",
    ["/static/000000000000/base.css", "/static/base.css", "/static/../app.py", "/static/%2e%2e/app.py"],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_plotly_comes_from_its_wheel_compressed() -> None:
    assets = Assets()
    asset = assets.get(assets.url(PLOTLY).removeprefix("/static/"))
    assert asset is not None
    assert len(asset.zipped) < len(asset.plain) / 3
    assert gzip.decompress(asset.zipped) == asset.plain


def test_plotly_finds_its_inserted_styles_already_there() -> None:
    assert all(len(name) == 64 for name in Assets().own_style_ids(PLOTLY))
    assert Assets().own_style_ids("base.js") == []


def test_our_own_scripts_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in STATIC_DIRECTORY.glob("*.js")}
    assert 0 < sum(sizes.values()) <= OUR_SCRIPT_LIMIT_BYTES, sizes
