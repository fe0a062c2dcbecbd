"""`kill -9` while users are created: every user that was acknowledged is found after the restart."""

import secrets
import threading
from collections.abc import Iterator

import pytest
from blackbox import waiting
from blackbox.pool import Pool
from blackbox.server import Server
from botocore.exceptions import BotoCoreError, ClientError

KILLS = 20
WRITERS = 4
#: Users that must have been acknowledged in a round before the server is killed.
ENOUGH = 12


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    assert running.stop() == 0


class Writers:
    """Threads that create users until the server is gone, and remember which were acknowledged."""

    def __init__(self, server: Server, pool_id: str) -> None:
        self.acknowledged: list[str] = []
        self.refused: list[ClientError] = []
        self._pool_id = pool_id
        self._idp = server.idp(connections=WRITERS)
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self) -> None:
        while True:
            name = f"{secrets.token_hex(8)}@example.com"
            try:
                created = self._idp.admin_create_user(
                    UserPoolId=self._pool_id, Username=name, MessageAction="SUPPRESS"
                )
            except BotoCoreError:
                return  # The connection broke: the server is gone.
            except ClientError as error:
                self.refused.append(error)
                return
            self.acknowledged.append(created["User"]["Username"])

    def join(self) -> list[str]:
        """What was acknowledged, once every thread has noticed that the server is gone."""
        for thread in self._threads:
            thread.join()
        assert self.refused == []
        return self.acknowledged


def test_no_acknowledged_user_is_lost_by_twenty_kills(server):
    pool_id = Pool(server.idp()).id
    acknowledged: set[str] = set()
    for _ in range(KILLS):
        writers = Writers(server, pool_id)
        waiting.until("the creation of users", lambda: len(writers.acknowledged) >= ENOUGH or None)
        server.kill()
        acknowledged.update(writers.join())
        server.start()
    pages = server.idp().get_paginator("list_users").paginate(UserPoolId=pool_id)
    found = {user["Username"] for page in pages for user in page["Users"]}
    assert len(acknowledged) >= KILLS * ENOUGH
    assert acknowledged - found == set()
