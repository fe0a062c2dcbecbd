"""Functions that call AWS themselves find the server in its place, with each of AWS's SDKs, unmodified."""

import base64
import json
import sys
from pathlib import Path

import boto3
import pytest
from blackbox.inbox import Inbox
from blackbox.pool import Pool
from blackbox.server import REGION, Server
from blackbox.srp import answer_code, start_custom_auth, wrong_code
from botocore.config import Config
from botocore.exceptions import ClientError

FOLDER = Path(__file__).parent
AWS = """
[aws.parameters]
"/app/key" = "from the settings"

[aws.secrets]
"app/pepper" = "a secret"

[aws.templates.code]
subject = "{{name}}, your code"
text = "It is {{code}}."
html = "<b>{{name}}</b>: {{code}}"
"""
# What each SDK calls services and operations: SDK v3, SDK v2, boto3.
SDKS = ("v3", "v2", "boto3")


def function(name, runtime, folder, handler, **others):
    lines = [f"[functions.{name}]", f"runtime = {json.dumps(runtime)}", f"handler = {json.dumps(handler)}"]
    lines += [f"directory = {json.dumps(str(FOLDER / folder))}"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in others.items()]
    lines.append('environment = { PYTHONDONTWRITEBYTECODE = 1, AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1" }')
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = {"processes": 1, "operations": ["AdminGetUser", "AdminUpdateUserAttributes"]}
    functions = function("inNode", "nodejs", "node", "callsAws.handler", **settings)
    functions += function("inPython", "python", "python", "calls_aws.handler", program=sys.executable, **settings)
    running = Server(tmp_path_factory.mktemp("server"), functions=functions + AWS)
    yield running
    assert running.stop() == 0


class Functions:
    """Makes calls of AWS through a pool whose PreAuthentication trigger makes them."""

    def __init__(self, server, function):
        arn = f"arn:aws:lambda:{REGION}:000000000000:function:{function}"
        self.pool = Pool(server.idp(), LambdaConfig={"PreAuthentication": arn})
        self._client = self.pool.client(ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"])["ClientId"]
        self._user = self.pool.user()
        self._idp = server.idp()

    def call(self, order):
        with pytest.raises(ClientError) as denied:
            self._idp.admin_initiate_auth(
                UserPoolId=self.pool.id,
                ClientId=self._client,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": self._user.email, "PASSWORD": self._user.password},
                ClientMetadata={"order": json.dumps(order)},
            )
        said = denied.value.response["Error"]["Message"]
        return json.loads(said.removeprefix("PreAuthentication failed with error ").removesuffix("."))


@pytest.fixture(scope="module")
def in_node(server):
    return Functions(server, "inNode")


@pytest.fixture(scope="module")
def in_python(server):
    return Functions(server, "inPython")


@pytest.fixture
def call(request, in_node, in_python):
    """Calls AWS: `call(sdk, library, operation, parameters)`, by the names of boto3."""

    def calls(sdk, library, operation, **parameters):
        words = operation.split("_")
        pascal = "".join(word.capitalize() for word in words)
        if sdk == "boto3":
            return in_python.call({"client": library, "operation": operation, "parameters": parameters})
        client = {"ses": "SES", "sesv2": "SESv2", "sns": "SNS", "ssm": "SSM", "dynamodb": "DynamoDB"}
        client["secretsmanager"] = "SecretsManager"
        client["cognito-idp"] = "CognitoIdentityProvider"
        if sdk == "v3":
            package = {"secretsmanager": "secrets-manager", "cognito-idp": "cognito-identity-provider"}
            return in_node.call({
                "version": 3,
                "library": package.get(library, library),
                "client": f"{client[library]}Client",
                "operation": f"{pascal}Command",
                "parameters": parameters,
            })  # fmt: skip
        name = {"cognito-idp": "CognitoIdentityServiceProvider", "sesv2": "SESV2"}.get(library, client[library])
        method = pascal[0].lower() + pascal[1:]
        return in_node.call({"version": 2, "client": name, "operation": method, "parameters": parameters})

    return calls


@pytest.fixture
def functions(request, in_node, in_python):
    return in_python if request.getfixturevalue("sdk") == "boto3" else in_node


@pytest.fixture(params=SDKS)
def sdk(request):
    return request.param


@pytest.fixture
def mailed(server, request):
    """An address that is in no other test, and the mail that it gets."""
    address = f"{request.node.name.replace('[', '-').rstrip(']')}@example.com"
    return address, lambda: Inbox(server.url).mail_to(address)


def test_the_pool_itself_is_reached(call, sdk, functions):
    answer = call(sdk, "cognito-idp", "admin_get_user", UserPoolId=functions.pool.id, Username=functions._user.email)
    assert answer["answer"]["UserStatus"] == "CONFIRMED"


def test_a_function_changes_the_attributes_of_its_user(call, sdk, functions):
    user = {"UserPoolId": functions.pool.id, "Username": functions._user.email}
    nickname = {"Name": "nickname", "Value": f"by {sdk}"}
    changed = call(sdk, "cognito-idp", "admin_update_user_attributes", **user, UserAttributes=[nickname])
    assert "answer" in changed, changed
    answer = call(sdk, "cognito-idp", "admin_get_user", **user)
    assert nickname in answer["answer"]["UserAttributes"]
    # What the settings do not allow the function stays refused, by the pool and not by a host that is not there.
    refused = call(sdk, "cognito-idp", "admin_disable_user", **user)
    assert refused["error"] == "AccessDeniedException", refused
    assert "is not authorized to perform: cognito-idp:AdminDisableUser" in refused["message"]


def test_ses_sends_through_the_pools_mail(call, sdk, mailed):
    address, mail = mailed
    answer = call(
        sdk, "ses", "send_email",
        Source="app@example.com",
        Destination={"ToAddresses": [f"Mara <{address}>"]},
        Message={"Subject": {"Data": "Код & more"}, "Body": {"Text": {"Data": "a+b=c"}, "Html": {"Data": "<b>c</b>"}}},
    )  # fmt: skip
    assert answer["answer"]["MessageId"]
    sent = mail()
    assert (sent.subject, sent.text.strip(), sent.sender) == ("Код & more", "a+b=c", "no-reply@example.com")
    assert "<b>c</b>" in sent.html


def test_ses_v2_sends_through_the_pools_mail(call, sdk, mailed):
    address, mail = mailed
    content = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "123456"}}}}
    answer = call(
        sdk, "sesv2", "send_email",
        FromEmailAddress="a@example.com", Destination={"ToAddresses": [address]}, Content=content,
    )  # fmt: skip
    assert answer["answer"]["MessageId"]
    assert mail().code == "123456"


@pytest.mark.parametrize("library", ["ses", "sesv2"])
def test_a_whole_message_goes_out_as_it_is(call, sdk, library, mailed):
    address, mail = mailed
    message = f"From: Shop <shop@example.com>\nTo: {address}\nSubject: Raw\nContent-Type: text/plain\n\nIt is 654321.\n"
    data = {"Data": base64.b64encode(message.encode()).decode()}
    if library == "ses":
        answer = call(sdk, library, "send_raw_email", RawMessage=data)
    else:
        answer = call(sdk, library, "send_email", Content={"Raw": data})
    assert answer["answer"]["MessageId"]
    assert (mail().code, mail().sender, mail().subject) == ("654321", "shop@example.com", "Raw")


def test_a_template_of_the_settings_is_filled(call, sdk, mailed):
    address, mail = mailed
    template = {
        "Source": "a@example.com",
        "Destination": {"ToAddresses": [address]},
        "Template": "code",
        "TemplateData": json.dumps({"name": "<Mara>", "code": 111222}),
    }
    assert call(sdk, "ses", "send_templated_email", **template)["answer"]["MessageId"]
    assert (mail().subject, mail().text.strip()) == ("<Mara>, your code", "It is 111222.")
    assert "<b>&lt;Mara&gt;</b>" in mail().html
    refused = call(sdk, "ses", "send_templated_email", **{**template, "Template": "none"})
    assert refused["error"] in ("TemplateDoesNotExist", "TemplateDoesNotExistException")


def test_a_text_message_lies_in_the_inbox(call, sdk, server):
    number = f"+49151000000{SDKS.index(sdk)}"
    assert call(sdk, "sns", "publish", PhoneNumber=number, Message="Your code is 777888")["answer"]["MessageId"]
    assert Inbox(server.url).mail_to(number).code == "777888"


def test_parameters_and_secrets_come_from_the_settings(call, sdk):
    parameter = call(sdk, "ssm", "get_parameter", Name="/app/key", WithDecryption=True)
    assert parameter["answer"]["Parameter"]["Value"] == "from the settings"
    some = call(sdk, "ssm", "get_parameters", Names=["/app/key", "/none"])["answer"]
    assert ([p["Name"] for p in some["Parameters"]], some["InvalidParameters"]) == (["/app/key"], ["/none"])
    assert call(sdk, "ssm", "get_parameter", Name="/none")["error"] == "ParameterNotFound"
    secret = call(sdk, "secretsmanager", "get_secret_value", SecretId="app/pepper")
    assert secret["answer"]["SecretString"] == "a secret"
    assert call(sdk, "secretsmanager", "get_secret_value", SecretId="none")["error"] == "ResourceNotFoundException"


def test_the_table_of_counters_writes_only_over_what_was_read(call, sdk, functions):
    table = "poolhouse-counters"
    key = {"id": {"S": f"{functions.pool.id}/mara/{sdk}"}}
    assert call(sdk, "dynamodb", "get_item", TableName=table, Key=key)["answer"].get("Item") is None
    first = {
        "TableName": table,
        "Key": key,
        "UpdateExpression": "SET writes = :writes, #l = :ledger",
        "ConditionExpression": "attribute_not_exists(id)",
        "ExpressionAttributeNames": {"#l": "ledger"},
        "ExpressionAttributeValues": {":writes": {"N": "1"}, ":ledger": {"S": "x"}},
    }
    assert "answer" in call(sdk, "dynamodb", "update_item", **first)
    assert call(sdk, "dynamodb", "update_item", **first)["error"] == "ConditionalCheckFailedException"
    read = call(sdk, "dynamodb", "get_item", TableName=table, Key=key, ConsistentRead=True)["answer"]["Item"]
    assert read == {**key, "writes": {"N": "1"}, "ledger": {"S": "x"}}
    put = {"TableName": table, "Item": {**key, "writes": {"N": "2"}}, "ConditionExpression": "writes = :read"}
    values = {":read": {"N": "1"}}
    assert "answer" in call(sdk, "dynamodb", "put_item", **put, ExpressionAttributeValues=values)
    stale = call(sdk, "dynamodb", "put_item", **put, ExpressionAttributeValues=values)
    assert stale["error"] == "ConditionalCheckFailedException"


def test_another_pools_counters_are_not_the_functions(call, sdk, in_node, in_python):
    other = in_node if sdk == "boto3" else in_python
    key = {"id": {"S": f"{other.pool.id}/mara/sub"}}
    assert call(sdk, "dynamodb", "get_item", TableName="poolhouse-counters", Key=key)["error"] == "AccessDeniedException"


def test_what_the_server_does_not_do_is_named(call, sdk):
    for library, operation, parameters in [
        ("ses", "list_identities", {}),
        ("ssm", "delete_parameter", {"Name": "x"}),
        ("sns", "list_topics", {}),
        ("dynamodb", "list_tables", {}),
    ]:
        refused = call(sdk, library, operation, **parameters)
        assert refused["error"] == "UnsupportedOperation", refused
        assert "Poolhouse answers functions in place of AWS, and has no" in refused["message"]


def test_a_service_that_is_not_there_is_named(in_python):
    refused = in_python.call({"client": "sqs", "operation": "list_queues", "parameters": {}})
    assert "has no service sqs" in refused["message"]


def test_only_functions_are_answered(server):
    for key in (server.access_key, ("AKIAAAAAAAAAAAAAAAAA", "s")):
        client = boto3.client(
            "ssm", region_name=REGION, endpoint_url=server.url, aws_access_key_id=key[0], aws_secret_access_key=key[1],
            config=Config(retries={"total_max_attempts": 1}),
        )  # fmt: skip
        with pytest.raises(ClientError) as refused:
            client.get_parameter(Name="/app/key")
        # To everybody else this server is a user pool and no other service.
        assert refused.value.response["Error"]["Code"] == "UnknownOperationException"


def test_this_projects_functions_as_processes_count_in_the_servers_table(tmp_path):
    running = Server(tmp_path, functions="processes")
    idp = running.idp()
    pool = Pool(idp)
    user = pool.user()
    credentials = pool.credentials(pool.client(), user)
    challenge = start_custom_auth(idp, credentials)
    wrong = answer_code(idp, credentials, challenge, wrong_code(Inbox(running.url).code_for(user.email)))
    assert wrong["ChallengeName"] == "CUSTOM_CHALLENGE"
    # What is counted would stand in the attribute if they had no table.
    held = idp.admin_get_user(UserPoolId=pool.id, Username=user.email)["UserAttributes"]
    assert [attribute for attribute in held if attribute["Name"] == "custom:authChallenge"] == []
    assert '"ledger":"written"' in running.function_log("2faCreate").replace(" ", "")
    assert running.stop() == 0


def test_a_code_works_once_with_this_projects_functions_as_processes(tmp_path):
    running = Server(tmp_path, functions="processes")
    idp = running.idp()
    inbox = Inbox(running.url)
    pool = Pool(idp)
    user = pool.user()
    credentials = pool.credentials(pool.client(), user)
    # The owner's sign-in, and one that begins in the same moments.
    owner = start_custom_auth(idp, credentials)
    code = inbox.code_for(user.email)
    other = start_custom_auth(idp, credentials)
    assert "AuthenticationResult" in answer_code(idp, credentials, owner, code)
    told = answer_code(idp, credentials, other, code)
    assert "AuthenticationResult" not in told
    # Within 15 s the two are one event to the functions: one mail, one code. On a machine that takes longer they are not.
    expected = ("used", "3") if len(inbox.mails_to(user.email)) == 1 else ("wrong", "2")
    assert (told["ChallengeParameters"]["result"], told["ChallengeParameters"]["attemptsLeft"]) == expected
    assert running.stop() == 0
