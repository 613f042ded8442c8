"""Puts the query side together over one store."""

from __future__ import annotations

import time

from query.causes.reader import CauseReader
from query.links.namespaces import Namespaces
from query.links.reader import LinkReader
from query.links.rollup import LinkRollUp
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.search.reader import SearchReader
from query.service import QueryService
from query.services.reader import ServiceReader
from query.traces.reader import TraceReader
from storage.calls import CallStore
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore
from storage.namespaces import NamespaceStore
from storage.search import SearchStore
from storage.services import ServiceStore
from storage.traces import TraceStore


def query_service(database: Database, settings: LinkSettings) -> QueryService:
    """Answers every question of the API and the pages from `database`."""
    source = _link_source(database, settings)
    return QueryService(
        causes=CauseReader(source, CallStore(database)),
        links=LinkReader(source, settings, namespaces=Namespaces(NamespaceStore(database))),
        services=ServiceReader(ServiceStore(database), source, time.time_ns),
        traces=TraceReader(TraceStore(database), time.time_ns),
        search=SearchReader(SearchStore(database)),
    )


def link_roll_up(database: Database, settings: LinkSettings) -> LinkRollUp:
    """Sums links and services in the background; several processes may run one over the same store."""
    return LinkRollUp(_link_source(database, settings), ServiceStore(database))


def _link_source(database: Database, settings: LinkSettings) -> LinkSource:
    return LinkSource(HopSpans(database), LinkFigureStore(database), settings)
