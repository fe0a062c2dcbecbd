"""What the tests share: one server for each run, a pool in it, and a new user for each test."""

import os
import shutil
import tempfile

import pytest
from blackbox.inbox import Inbox
from blackbox.pool import Pool
from blackbox.server import Server


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    """Folders of this run's own: every start of pytest shuts the folder that all its runs share to other users, and the mail
    servers of a run under way, which are other users, would lose theirs in the middle of a test."""
    if config.option.basetemp is None:
        folder = tempfile.mkdtemp(prefix="t-")
        config.option.basetemp = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


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
