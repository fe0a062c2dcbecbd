"""A custom sender as it is written for Lambda: AWS's Encryption SDK opens the code, and finds the server in KMS's place."""

import json
import subprocess
from pathlib import Path

import pytest
from blackbox.inbox import Inbox
from blackbox.programs import program
from blackbox.server import REGION, Server
from botocore.exceptions import ClientError

NODE = Path(__file__).parent / "node"
KEY = f"arn:aws:kms:{REGION}:000000000000:key/5d0a3c2e-1b4f-4c6d-8e7a-90ab12cd34ef"
PASSWORD = "Correct-Horse-9!"


def function(name, key):
    lines = [f"[functions.{name}]", 'runtime = "nodejs"', 'handler = "customSender.handler"']
    lines += [f"directory = {json.dumps(str(NODE))}", f"environment = {{ KEY_ARN = {json.dumps(key)} }}"]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    functions = function("sender", KEY) + function("otherKey", KEY.replace("5d0a", "0000"))
    running = Server(tmp_path_factory.mktemp("server"), functions=functions)
    yield running
    assert running.stop() == 0


def pool_of(idp, function):
    sender = {"LambdaVersion": "V1_0", "LambdaArn": f"arn:aws:lambda:{REGION}:000000000000:function:{function}"}
    lambdas = {"CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": KEY}
    pool = idp.create_user_pool(PoolName="senders", AutoVerifiedAttributes=["email"], LambdaConfig=lambdas)
    pool_id = pool["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool_id, ClientName="app")["UserPoolClient"]["ClientId"]
    return pool_id, client


def sign_up(idp, client, address):
    attributes = [{"Name": "email", "Value": address}]
    idp.sign_up(ClientId=client, Username=address, Password=PASSWORD, UserAttributes=attributes)


def test_the_mail_is_the_functions_and_the_code_in_it_confirms_the_sign_up(server):
    idp, inbox = server.idp(), Inbox(server.url)
    pool_id, client = pool_of(idp, "sender")
    sign_up(idp, client, "mara@example.com")
    [mail] = inbox.mails_to("mara@example.com")
    assert mail.subject == "From a function"
    source, words, handed = mail.text.strip().splitlines()
    assert source == "CustomEmailSender_SignUp"
    code = words.removeprefix("Your code: ")
    idp.confirm_sign_up(ClientId=client, Username="mara@example.com", ConfirmationCode=code)

    # With the key itself, where the function runs elsewhere.
    command = [program("poolhouse"), "pool", "sender-key", "--user-pool-id", pool_id, "--output", "json"]
    command += ["--data", server.data, *server.store_options]
    key = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout
    opening = ["node", "openCode.js", handed, key]
    opened = subprocess.run(opening, cwd=NODE, capture_output=True, check=True, timeout=30).stdout
    assert json.loads(opened) == {"code": code, "pool": pool_id}


def test_a_function_with_another_key_opens_nothing_and_nothing_is_mailed(server):
    idp, inbox = server.idp(), Inbox(server.url)
    _, client = pool_of(idp, "otherKey")
    with pytest.raises(ClientError) as denied:
        sign_up(idp, client, "nina@example.com")
    assert denied.value.response["Error"]["Code"] == "UserLambdaValidationException"
    assert inbox.mails_to("nina@example.com") == []
