"""Random SRP sign-ins: a padding mistake shows in one of some hundreds. `--srp-rounds` says how many."""

import secrets
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import boto3
from blackbox.srp import Credentials, prover

#: Letters of one to four bytes, so that the length of a password in bytes is not that in letters.
ALPHABET = "abcXYZ019!#äßжक€😀"
PROCESSES = 2


def random_password() -> str:
    """8 to 40 random characters that meet the password policy."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(4 + secrets.randbelow(33)))
    return f"aA1!{letters}"


def sign_in_repeatedly(endpoint: str, credentials: Credentials, access_key: tuple[str, str], rounds: int) -> int:
    """Sets a random password and signs in with it, `rounds` times. Every round has a new salt, a, b and password."""
    key_id, secret = access_key
    idp = boto3.client(
        "cognito-idp",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
    )
    signed_in = 0
    for _ in range(rounds):
        password = random_password()
        idp.admin_set_user_password(
            UserPoolId=credentials.pool_id,
            Username=credentials.username,
            Password=password,
            Permanent=True,
        )
        attempt = Credentials(credentials.pool_id, credentials.client_id, credentials.username, password)
        answer = prover(idp, attempt).authenticate_user(idp)
        signed_in += "AuthenticationResult" in answer
    return signed_in


def test_every_random_sign_in_succeeds(server, pool, client, srp_rounds):
    rounds = -(-srp_rounds // PROCESSES)
    people = [pool.credentials(client, pool.user()) for _ in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as workers:
        runs = [
            workers.submit(sign_in_repeatedly, server.url, person, server.access_key, rounds)
            for person in people
        ]
        assert sum(run.result() for run in runs) == rounds * PROCESSES
