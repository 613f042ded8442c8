"""The two entry points `opentelemetry-instrument` looks for.

Sets defaults in the process environment and hands over to the SDK's own configurator, which builds the
tracer provider. Never overrides what the user has set, and never patches a library itself.
"""

from __future__ import annotations

import os

# The upstream module opts out of type checking as a whole, so mypy sees nothing in it.
from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]
from opentelemetry.sdk._configuration import _OTelSDKConfigurator

from spanhouse_distro.defaults import environment_defaults


class SpanhouseDistro(BaseDistro):  # type: ignore[misc]  # Any, for the reason above
    """Fills in the OpenTelemetry environment variables that are not set."""

    def _configure(self, **kwargs: object) -> None:
        for name, value in environment_defaults(os.environ).items():
            os.environ.setdefault(name, value)


class SpanhouseConfigurator(_OTelSDKConfigurator):
    """The SDK's configurator under our name: an SDK configures itself only through a distro's entry point."""
