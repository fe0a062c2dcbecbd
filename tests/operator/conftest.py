"""moto as AWS, and the program `poolhouse` as operators use it."""

import io
import json
import os
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from blackbox import moto_server
from blackbox.moto_server import MOTO_KEY
from blackbox.programs import program
from blackbox.server import REGION

FUNCTIONS = ("2faDefine", "2faCreate", "2faVerify")
ASSUME = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """What `doctor --output json` has printed."""
        return json.loads(self.out)

    @property
    def found(self) -> list[str]:
        """The ids of what the doctor found."""
        return [finding["id"] for finding in self.report["findings"]]


@dataclass(frozen=True)
class Operator:
    """Runs `poolhouse` in a folder of its own, with these variables and no others of AWS."""

    home: Path
    variables: Mapping[str, str]

    def __call__(self, *arguments: str) -> Ran:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {"HOME": os.fspath(self.home), "AWS_EC2_METADATA_DISABLED": "true", **self.variables}
        done = subprocess.run(
            [program("poolhouse"), *arguments],
            cwd=self.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def snapshot(self) -> str:
        """The one snapshot that the commands have written; it is moved aside."""
        [path] = self.home.glob("poolhouse-snapshot-*.json")
        return os.fspath(path.rename(self.home / f"{len(list(self.home.iterdir()))}.json"))


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    """The URL of a moto server on a free port of this machine."""
    with moto_server.running(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture
def aws(moto):
    """boto3's clients of moto. It has forgotten what other tests did and has the three functions on its Lambda."""
    requests.post(f"{moto}/moto-api/reset", timeout=10).raise_for_status()

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=moto,
            aws_access_key_id=MOTO_KEY[0],
            aws_secret_access_key=MOTO_KEY[1],
        )

    role = client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=json.dumps(ASSUME))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        bundle.writestr("bootstrap", "#!/bin/false\n")
    variables = {
        "OTP_KEY": "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210",
        "MAIL_FROM": "App <no-reply@example.com>",
        "MAIL_URL": "smtp://relay.example.com",
        "SESSION_MINUTES": "15",
    }
    for name in FUNCTIONS:
        client("lambda").create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Role=role["Role"]["Arn"],
            Handler="bootstrap",
            Code={"ZipFile": archive.getvalue()},
            Timeout=5,
            Environment={"Variables": variables},
        )
    return client


@pytest.fixture
def on_moto(moto, tmp_path):
    """`poolhouse` with moto as all of AWS."""
    return Operator(
        tmp_path,
        {
            "AWS_ENDPOINT_URL": moto,
            "AWS_ACCESS_KEY_ID": MOTO_KEY[0],
            "AWS_SECRET_ACCESS_KEY": MOTO_KEY[1],
        },
    )


@pytest.fixture
def on_poolhouse(server, tmp_path):
    """`poolhouse` with the running server as its pool, and no AWS around it."""
    key_id, secret = server.access_key
    return Operator(
        tmp_path,
        {
            "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER": server.url,
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
        },
    )
