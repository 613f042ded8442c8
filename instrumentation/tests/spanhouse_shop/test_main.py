from __future__ import annotations

import pytest
from spanhouse_shop.__main__ import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rate", "0"],
        ["--rate", "inf"],
        ["--slow-after", "-1"],
        ["--fail-after", "nan"],
        ["--duration", "inf"],
        ["--seed", "x"],
    ],
)
def test_senseless_arguments_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert f"argument {arguments[0]}: invalid" in capsys.readouterr().err


def test_help_names_every_option_the_demo_command_uses(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    assert exit_.value.code == 0
    help_text = capsys.readouterr().out
    for option in (
        "--otlp-endpoint",
        "--rate",
        "--seed",
        "--slow-after",
        "--fail-after",
        "--duration",
        "--parent-pid",
    ):
        assert option in help_text
