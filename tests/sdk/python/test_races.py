"""Many answers at once to one challenge. What is counted here is what the server let through, not how long it took."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from blackbox import errors
from blackbox.srp import answer_code, start_custom_auth, wrong_code
from botocore.exceptions import ClientError

pytestmark = pytest.mark.code

THREADS = 64


def all_at_once(count: int, call: Callable[[], dict[str, Any]]) -> Counter[str]:
    """Makes the same call `count` times from 64 threads and counts how the calls ended."""
    start = Barrier(min(count, THREADS))

    def attempt(index: int) -> str:
        if index < THREADS:
            start.wait(timeout=60)
        try:
            answer = call()
        except ClientError as error:
            return ": ".join(errors.of(error))
        if "AuthenticationResult" in answer:
            return "tokens"
        return "again: " + answer["ChallengeParameters"]["result"]

    with ThreadPoolExecutor(THREADS) as threads:
        return Counter(threads.map(attempt, range(count)))


USED = ": ".join(errors.USED_SESSION)


def test_64_right_answers_at_once_give_one_set_of_tokens(wide_idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(wide_idp, credentials)
    code = inbox.code_for(user.email)
    ended = all_at_once(64, lambda: answer_code(wide_idp, credentials, challenge, code))
    assert ended == {"tokens": 1, USED: 63}


def test_500_wrong_answers_at_once_are_evaluated_once_for_each_session(wide_idp, pool, client, user, inbox):
    credentials = pool.credentials(client, user)
    challenge = start_custom_auth(wide_idp, credentials)
    code = inbox.code_for(user.email)
    ended = all_at_once(500, lambda: answer_code(wide_idp, credentials, challenge, wrong_code(code)))
    assert ended == {"again: wrong": 1, USED: 499}


def test_500_wrong_answers_in_pursuit_of_every_new_session_are_evaluated_three_times(
    wide_idp, pool, client, user, inbox
):
    """Each answer takes the newest session that any thread has seen, as an attacker would."""
    credentials = pool.credentials(client, user)
    newest = [start_custom_auth(wide_idp, credentials)]
    code = inbox.code_for(user.email)

    def guess() -> dict[str, Any]:
        answer = answer_code(wide_idp, credentials, newest[-1], wrong_code(code))
        if "Session" in answer:
            newest.append(answer)
        return answer

    failed = ": ".join(errors.WRONG_PASSWORD)
    ended = all_at_once(500, guess)
    # Used sessions are refused faster than functions judge, so the pursuit may end early; it goes on until it is over.
    while failed not in ended and ended.total() < 10_000:
        ended += all_at_once(500, guess)
    assert ended == {"again: wrong": 2, failed: 1, USED: ended.total() - 3}
