"""Puts the query side together over one store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from query.causes.reader import CauseReader
from query.links.namespaces import Namespaces
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.watch import LinkWatch
from query.search.reader import SearchReader
from query.service import QueryService
from query.services.reader import ServiceReader
from query.traces.reader import TraceReader
from storage.calls import CallStore
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore, LoggedSince, nothing_logged
from storage.namespaces import NamespaceStore
from storage.search import SearchStore
from storage.services import ServiceStore
from storage.traces import TraceStore


@contextmanager
def answering(
    database: Database, settings: LinkSettings, logged_since: LoggedSince = nothing_logged
) -> Iterator[QueryService]:
    """Answers every question from `database`; what is done in the background for that is done until the end.

    Several processes may do so over the same store.

    Args:
        database: The store.
        settings: How links are judged.
        logged_since: Tells of requests that wait outside of the store; see `storage.links.LinkFigureStore`.
    """
    source = _link_source(database, settings, logged_since)
    roll_up = LinkRollUp(_link_source(database, settings, logged_since), ServiceStore(database))
    with ExitStack() as stack:
        for background in (roll_up, LinkWatch(source)):
            stack.callback(background.stop)
            background.start()
        yield _service(database, settings, source)


def query_service(database: Database, settings: LinkSettings) -> QueryService:
    """Answers every question from `database`, with nothing in the background."""
    return _service(database, settings, _link_source(database, settings))


def _service(database: Database, settings: LinkSettings, source: LinkSource) -> QueryService:
    return QueryService(
        causes=CauseReader(source, CallStore(database)),
        links=LinkReader(source, settings, namespaces=Namespaces(NamespaceStore(database))),
        services=ServiceReader(ServiceStore(database), source, time.time_ns),
        traces=TraceReader(TraceStore(database), time.time_ns),
        search=SearchReader(SearchStore(database)),
    )


def _link_source(
    database: Database, settings: LinkSettings, logged_since: LoggedSince = nothing_logged
) -> LinkSource:
    return LinkSource(HopSpans(database), LinkFigureStore(database, logged_since), settings)
