"""The operator's commands against a running Poolhouse server, and a person who signs in afterwards."""

import json

import pytest
from blackbox.pool import Pool
from blackbox.srp import start_custom_auth
from describe import pool_and_client


@pytest.fixture
def bare(idp):
    """A pool without triggers, with an app client that knows nothing of codes."""
    pool = Pool(idp, LambdaConfig={})
    return pool, pool.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])


def test_an_attached_pool_asks_for_a_code_and_a_rollback_ends_that(on_poolhouse, idp, inbox, bare):
    pool, client = bare
    user = pool.user()
    before = pool_and_client(idp, pool.id, client["ClientId"])
    with pytest.raises(idp.exceptions.InvalidParameterException):
        start_custom_auth(idp, pool.credentials(client, user))

    attached = on_poolhouse("attach", "--user-pool-id", pool.id, "--client-id", client["ClientId"], "--yes")
    assert (attached.code, attached.err) == (0, ""), attached
    snapshot = on_poolhouse.snapshot()
    challenge = start_custom_auth(idp, pool.credentials(client, user))
    assert challenge["ChallengeName"] == "CUSTOM_CHALLENGE"
    assert len(inbox.code_for(user.email)) == 6

    looked = on_poolhouse("doctor", "--user-pool-id", pool.id, "--output", "json", "--no-dns")
    # The client lists ALLOW_USER_SRP_AUTH, which the pool's own door refuses since the functions are attached.
    assert (looked.code, {"door-password", "own-door-shut"} & set(looked.found)) == (1, {"own-door-shut"})
    assert {gap["failure"] for gap in looked.report["notLookedAt"]} == {False}

    back = on_poolhouse("rollback", snapshot, "--yes")
    assert (back.code, back.err) == (0, ""), back
    assert pool_and_client(idp, pool.id, client["ClientId"]) == before
    with pytest.raises(idp.exceptions.InvalidParameterException):
        start_custom_auth(idp, pool.credentials(client, user))


def test_a_pool_without_faults_is_clean(on_poolhouse, idp):
    recovery = {"RecoveryMechanisms": [{"Priority": 1, "Name": "admin_only"}]}
    pool = Pool(idp, AccountRecoverySetting=recovery)
    pool.client(
        ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        ReadAttributes=["name"],
        WriteAttributes=["name"],
    )
    looked = on_poolhouse("doctor", "--user-pool-id", pool.id, "--output", "json", "--no-dns")
    assert (looked.code, looked.found) == (0, []), looked


def test_a_pool_that_cannot_be_looked_at_is_told_from_one_with_faults(on_poolhouse):
    looked = on_poolhouse("doctor", "--user-pool-id", "us-east-1_nowhere00")
    assert looked.code == 2
    assert looked.err.splitlines()[0] == (
        "poolhouse: ResourceNotFoundException: User pool us-east-1_nowhere00 does not exist."
    )


def test_the_snapshot_is_the_owners_alone_and_has_no_secret(on_poolhouse, idp, bare):
    pool, _ = bare
    client = pool.client(GenerateSecret=True)
    on_poolhouse("attach", "--user-pool-id", pool.id, "--client-id", client["ClientId"], "--yes")
    [path] = on_poolhouse.home.glob("poolhouse-snapshot-*.json")
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert client["ClientSecret"] not in text
    assert json.loads(text)["userPool"]["Id"] == pool.id
