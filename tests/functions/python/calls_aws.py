"""A PreAuthentication trigger that makes the call of AWS which the client names, and denies the sign-in with what came of it."""

import base64
import json

import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    order = json.loads(event["request"]["validationData"]["order"])
    parameters = order["parameters"]
    for holder in (parameters.get("RawMessage"), parameters.get("Content", {}).get("Raw")):
        if holder:
            holder["Data"] = base64.b64decode(holder["Data"])
    try:
        answer = getattr(boto3.client(order["client"]), order["operation"])(**parameters)
        answer.pop("ResponseMetadata", None)
        outcome = {"answer": answer}
    except ClientError as error:
        outcome = {"error": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
    raise RuntimeError(json.dumps(outcome, default=str))
