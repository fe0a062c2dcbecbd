"""moto, which stands for AWS, as a process."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import requests

from . import waiting
from .server import free_port

MOTO_KEY = ("AKIAIOSFODNN7EXAMPLE", "a key that moto does not look at")


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """The URL of a moto server on a free port of this machine; its log is kept in the folder."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (folder / "moto.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

        def answers() -> bool | None:
            try:
                return requests.get(f"{url}/moto-api/data.json", timeout=1).ok or None
            except requests.ConnectionError:
                return None

        try:
            waiting.until("the start of moto", answers, patience_s=60)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)
