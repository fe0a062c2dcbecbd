"""The server against relays that stall, drip or flood at every step: nobody's mail is lost or doubled, no attempt lasts longer
than 30 s, and memory stays."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from blackbox import waiting
from blackbox.pool import Pool
from blackbox.server import Server
from blackbox.srp import start_custom_auth
from blackbox.stuck_relay import STEPS, StuckRelay

LONGEST_ATTEMPT_S = 30
MOST_GROWTH = 16 * 2**20
# Two attempts, a rest between them, and a machine that is busy.
PATIENCE_S = 90


def peak_memory(server):
    """The most memory that the server ever had, in bytes."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def suffer(step, behaviour, folder):
    """Two people sign in; the relay is stuck on the first one's mail. Says to whom mails came, for how long the stuck
    connection was held, and what the server grew by."""
    with StuckRelay(step, behaviour) as relay:
        server = Server(folder, smtp=relay.url, inbox=False)
        try:
            idp = server.idp()
            pool = Pool(idp)
            client = pool.client()
            before, ada, grace = pool.user(), pool.user(), pool.user()
            start_custom_auth(idp, pool.credentials(client, before))
            waiting.until("a mail while all is well", lambda: relay.taken or None, PATIENCE_S)
            memory = peak_memory(server)
            relay.spells = 1
            start_custom_auth(idp, pool.credentials(client, ada))
            waiting.until("a connection that is stuck", lambda: relay.spells <= 0 or None, PATIENCE_S)
            start_custom_auth(idp, pool.credentials(client, grace))
            waiting.until("both mails", lambda: len(relay.taken) >= 3 or None, PATIENCE_S)
            waiting.until("the end of the stuck connection", lambda: relay.held or None, PATIENCE_S)
            names = {before.email: "before", ada.email: "ada", grace.email: "grace"}
            came = [names[recipient] for recipient in relay.recipients()]
            return came, relay.held[0], peak_memory(server) - memory
        finally:
            assert server.stop() == 0


@pytest.mark.parametrize("behaviour", ["silence", "drip", "flood"])
def test_no_step_holds_the_server_up_loses_or_doubles_a_mail_or_fills_its_memory(behaviour, tmp_path):
    def one(step):
        folder = tmp_path / step.replace(" ", "-")
        folder.mkdir()
        return suffer(step, behaviour, folder)

    with ThreadPoolExecutor(len(STEPS)) as executor:
        outcomes = dict(zip(STEPS, executor.map(one, STEPS)))
    for step, (came, held, grown) in outcomes.items():
        assert sorted(came) == ["ada", "before", "grace"], step
        assert held <= LONGEST_ATTEMPT_S, (step, held)
        assert grown <= MOST_GROWTH, (step, grown)
