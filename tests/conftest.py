"""What the tests share: one server for each run, a pool in it, and a new user for each test."""

import os

import pytest
from blackbox.inbox import Inbox
from blackbox.pool import Pool
from blackbox.server import Server


def pytest_addoption(parser):
    parser.addoption("--srp-rounds", type=int, default=100, help="random SRP sign-ins of the soak test")


@pytest.fixture(scope="session")
def srp_rounds(request):
    return request.config.getoption("--srp-rounds")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A running server with its local inbox on."""
    functions = os.environ.get("POOLHOUSE_FUNCTIONS", "in-process")
    running = Server(tmp_path_factory.mktemp("server"), functions=functions)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def idp(server):
    """boto3's client with the operator's access key."""
    return server.idp()


@pytest.fixture(scope="session")
def wide_idp(server):
    """The same for 64 threads at a time."""
    return server.idp(connections=64)


@pytest.fixture(scope="session")
def inbox(server):
    return Inbox(server.url)


@pytest.fixture(scope="session")
def pool(server, idp):
    """Its door is open by name: clients that sign in without a code are tested on it, too."""
    made = Pool(idp)
    server.open_door(made.id)
    return made


@pytest.fixture(scope="session")
def client(pool):
    """The app client of the article."""
    return pool.client()


@pytest.fixture
def user(pool):
    """A person who is in no other test."""
    return pool.user()
