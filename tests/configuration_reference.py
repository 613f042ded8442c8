"""The tables of docs/configuration.md, from the settings themselves.

`python -m tests.configuration_reference` rewrites the file; tests/test_docs.py fails when it is behind.
"""

from __future__ import annotations

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from spanhouse import settings
from spanhouse.options import env_name, flag_name, section_of
from tests.tools import REPOSITORY

FILE = REPOSITORY / "docs" / "configuration.md"
COMMANDS: dict[str, type[BaseSettings]] = {
    "serve": settings.ServeSettings,
    "collector": settings.CollectorSettings,
    "query": settings.QuerySettings,
    "migrate": settings.MigrateSettings,
    "demo": settings.DemoSettings,
}
_INTRODUCTION = """\
# Configuration

Every setting is a flag and an environment variable; the flag wins. Empty variables count as not set. Sizes
are bytes. Written by `python -m tests.configuration_reference` from the settings in `spanhouse/`.
"""


def reference() -> str:
    """The whole file."""
    parts = [_INTRODUCTION]
    for heading, names in _sections().items():
        parts.append(f"## {heading}\n\n| flag | variable | default | of | meaning |\n|---|---|---|---|---|")
        parts.extend(_row(name) for name in names)
        parts.append("")
    return "\n".join(parts)


def _sections() -> dict[str, list[str]]:
    sections: dict[str, list[str]] = {}
    for settings_type in COMMANDS.values():
        for name in settings_type.model_fields:
            names = sections.setdefault(section_of(name, settings_type), [])
            if name not in names:
                names.append(name)
    return sections


def _row(name: str) -> str:
    having = [command for command, kind in COMMANDS.items() if name in kind.model_fields]
    field: FieldInfo = COMMANDS[having[0]].model_fields[name]
    default = "" if field.default in (None, "") else f"`{_written(field.default)}`"
    of = "all" if len(having) == len(COMMANDS) else ", ".join(having)
    return f"| `{flag_name(name)}` | `{env_name(name)}` | {default} | {of} | {field.description} |"


def _written(default: object) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    return str(default)


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
