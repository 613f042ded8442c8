import time

from storage.client import Database
from storage.file_log import FileLog
from storage.links import LinkFigureStore
from tests.storage.requests import requests
from tests.storage.test_unpacker import write


def test_what_waits_outside_of_the_store_is_not_readable_yet(
    embedded_database: Database, files: FileLog
) -> None:
    store = LinkFigureStore(embedded_database, lambda: files.since_second)
    before = int(time.time())
    assert store.clock().unpacking_since >= before
    bundle = 1
    write(files, requests(1), bundle)
    written = int(time.time())
    while time.time() < written + 1.1:
        time.sleep(0.05)
    clock = store.clock()
    assert before <= clock.unpacking_since <= written < clock.now_ns // 10**9
    files.drop(bundle)
    assert store.clock().unpacking_since > written
