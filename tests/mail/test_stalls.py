"""`2fa-create` as a process against mail servers that stall, drip or flood at every step of the conversation."""

import copy
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from blackbox.function_process import EVENT, Function, settings
from blackbox.stuck_relay import STEPS, StuckRelay

NOT_SENT = "The confirm code could not be sent. Please try again"
MOST_CONNECTIONS = 1000


def event_of(name):
    event = copy.deepcopy(EVENT)
    event["userName"] = event["request"]["userAttributes"]["sub"] = name
    event["request"]["userAttributes"]["email"] = f"{name}@example.com"
    return event


def suffer(step, behaviour):
    """One call against a server that is stuck: what was reported, the function's own time for it, what it grew by."""
    with StuckRelay(step, behaviour, MOST_CONNECTIONS) as relay, Function(settings(relay.url)) as function:
        # An event that is none: the function has started, and has mailed nobody.
        assert function.invoke({})[0] == "error"
        assert function.logged()["errorType"] == "MalformedEvent"
        before = function.peak_memory()
        started = time.monotonic()
        kind, error_type, error = function.invoke(event_of("ada"))
        took = time.monotonic() - started
        line = function.logged()
        assert (kind, error_type) == ("error", "Function.MailNotSent"), step
        assert error["errorMessage"] == NOT_SENT
        assert "ada" not in json.dumps(line)
        return took, line["ms"], function.peak_memory() - before


@pytest.mark.parametrize("behaviour", ["silence", "drip", "flood"])
def test_no_step_holds_a_function_past_its_limit_or_fills_its_memory(behaviour):
    with ThreadPoolExecutor(len(STEPS)) as executor:
        outcomes = dict(zip(STEPS, executor.map(lambda step: suffer(step, behaviour), STEPS)))
    for step, (took, milliseconds, grown) in outcomes.items():
        assert milliseconds <= 3500, (step, milliseconds)
        # By the clock of this process, which waits for its turn on a machine that is busy.
        assert took <= 4.5, (step, took)
        assert grown <= 16 * 2**20, (step, grown)


@pytest.mark.parametrize("step", ["RCPT", "final dot"])
def test_the_next_person_gets_one_mail_after_somebody_elses_has_stalled(step):
    # Both tries of the first call meet the server while it is stuck.
    with StuckRelay(step, "silence", spells=2) as relay, Function(settings(relay.url)) as function:
        assert function.invoke(event_of("ada"))[0] == "error"
        assert function.invoke(event_of("grace"))[0] == "response"
        (message,) = relay.taken
        assert b"To: grace@example.com\r\n" in message and b"ada" not in message
