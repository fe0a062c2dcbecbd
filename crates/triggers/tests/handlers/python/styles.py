"""Every way in which a Python handler may answer."""

import logging
import os
import sys
from decimal import Decimal

calls = 0


class CodeMismatch(Exception):
    pass


def answers(event, context):
    return {**event, "answered": "Python", "number": Decimal("1.5")}


def nothing(event, context):
    pass


def throws(event, context):
    raise ValueError("thrown")


def named(event, context):
    raise CodeMismatch("a code was wrong")


def unwritable(event, context):
    return {1, 2}


def exits(event, context):
    sys.exit(3)


not_a_function = "a text"


def context(event, context):
    global calls
    calls += 1
    print("call", calls)
    logging.getLogger().warning("a warning")
    told = {name: value for name, value in vars(context).items() if not name.startswith("_")}
    seen = ["AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "_HANDLER", "HOME"]
    return {
        "calls": calls,
        "told": told,
        "hasTimeLeft": context.get_remaining_time_in_millis() > 0,
        "environment": {name: os.environ.get(name) for name in seen},
        "traced": os.environ["_X_AMZN_TRACE_ID"].startswith("Root=1-"),
    }
