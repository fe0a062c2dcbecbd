"""`kill -9` while users are imported: the job goes on where it was, and nobody is lost, made twice or counted twice."""

from collections.abc import Iterator

import pytest
import requests
from blackbox import waiting
from blackbox.server import Server

USERS = 2000
KILLS = 3
ROLE = "arn:aws:iam::000000000000:role/unused"


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    assert running.stop() == 0


def test_a_job_that_is_killed_again_and_again_imports_everybody_once(server):
    idp = server.idp()
    pool = idp.create_user_pool(PoolName="import", AutoVerifiedAttributes=["email"])["UserPool"]["Id"]
    header = idp.get_csv_header(UserPoolId=pool)["CSVHeader"]
    lines = [",".join(header)]
    for number in range(USERS):
        name = f"user-{number}"
        values = {"cognito:username": name, "email": f"{name}@example.com", "email_verified": "true"}
        lines.append(",".join(values.get(column, "") for column in header))
    job = idp.create_user_import_job(UserPoolId=pool, JobName="job", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    requests.put(job["PreSignedUrl"], data="\n".join(lines).encode(), timeout=30).raise_for_status()
    idp.start_user_import_job(UserPoolId=pool, JobId=job["JobId"])

    def described():
        return server.idp().describe_user_import_job(UserPoolId=pool, JobId=job["JobId"])["UserImportJob"]

    def further():
        job = described()
        return job if job["ImportedUsers"] > seen else None

    seen = kills = 0
    while kills < KILLS and seen < USERS:
        seen = waiting.until("the import of users", further)["ImportedUsers"]
        server.kill()
        server.start()
        kills += 1
        assert described()["ImportedUsers"] >= seen
        seen = described()["ImportedUsers"]
    waiting.until("the end of the job", lambda: described()["Status"] == "Succeeded" or None, patience_s=120)
    done = described()
    assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (USERS, 0, 0)
    pages = server.idp().get_paginator("list_users").paginate(UserPoolId=pool)
    names = [user["Username"] for page in pages for user in page["Users"]]
    assert sorted(names) == sorted(f"user-{number}" for number in range(USERS))
