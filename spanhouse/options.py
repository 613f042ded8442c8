"""Turns a settings class into the flags of a command: name, variable, default and help come from the field.

So each setting stands in one place, and every flag has its `SPANHOUSE_…` variable.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import typer
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from spanhouse.setting_group import ENV_PREFIX

S = TypeVar("S", bound=BaseSettings)


def takes_settings(settings_type: type[S]) -> Callable[[Callable[[S], None]], Callable[..., None]]:
    """Decorates a command that takes one settings object: its flags are the fields of `settings_type`."""

    def decorate(run: Callable[[S], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:
            run(read_settings(settings_type, given))

        command.__doc__ = run.__doc__
        command.__name__ = run.__name__
        flags = [_flag(name, field, settings_type) for name, field in settings_type.model_fields.items()]
        cast(Any, command).__signature__ = inspect.Signature(flags)
        return command

    return decorate


def read_settings(settings_type: type[S], given: dict[str, Any]) -> S:
    """The settings from flags that were given, then the environment, then defaults.

    Raises:
        typer.BadParameter: A value cannot be used; the message names the flag.
    """
    try:
        return settings_type(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        # Never with the value: it can be a URL with a password.
        problems = [
            f"{flag_name(str(problem['loc'][0]))}: {_sentence(problem['msg'])}"
            if problem["loc"]
            else _sentence(problem["msg"])
            for problem in error.errors(include_input=False)
        ]
        raise typer.BadParameter("; ".join(problems)) from None


def flag_name(field_name: str) -> str:
    """`otlp_grpc_port` as it is written on the command line."""
    return "--" + field_name.replace("_", "-")


def env_name(field_name: str) -> str:
    """`otlp_grpc_port` as it is written in the environment."""
    return ENV_PREFIX + field_name.upper()


def section_of(name: str, settings_type: type[BaseSettings]) -> str:
    """The heading a flag stands under: the docstring of the class that declares the field."""
    owner = next(
        ancestor
        for ancestor in reversed(settings_type.__mro__)
        if name in getattr(ancestor, "__annotations__", {}) and issubclass(ancestor, BaseSettings)
    )
    return (owner.__doc__ or "Options").rstrip(".")


def _flag(name: str, field: FieldInfo, settings_type: type[BaseSettings]) -> inspect.Parameter:
    declared = flag_name(name)
    is_switch = field.annotation is bool
    option = typer.Option(
        f"{declared}/--no-{declared[2:]}" if is_switch else declared,
        envvar=env_name(name),
        help=field.description,
        show_default=not is_switch and field.default != "",
        rich_help_panel=section_of(name, settings_type),
    )
    option.default = field.default
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=field.annotation
    )


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")
