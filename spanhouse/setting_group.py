"""What every group of settings shares: where values are read from, and that paths become absolute."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_PREFIX = "SPANHOUSE_"


class SettingError(Exception):
    """A setting's value cannot be used; the message names its flag and never repeats a secret."""


class SettingGroup(BaseSettings):
    """Base of all groups; a group's docstring is the heading its flags stand under."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid"
    )

    @field_validator("*", mode="after")
    @classmethod
    def _absolute(cls, value: object) -> object:
        # The embedded engine moves the process into its directory; paths mean what they meant before that.
        return value.absolute() if isinstance(value, Path) else value
