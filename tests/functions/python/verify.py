"""VerifyAuthChallengeResponse in Python: the answer against the code in the attribute, while it has not expired."""

import json
import os
import time


def handler(event, context):
    kept = event["request"]["userAttributes"].get(os.environ["CUSTOM_ATTRIBUTES"])
    challenge = json.loads(kept) if kept else {}
    right = challenge.get("code") == event["request"]["challengeAnswer"]
    event["response"]["answerCorrect"] = bool(kept) and right and time.time() * 1000 < challenge["expiry"]
    return event
