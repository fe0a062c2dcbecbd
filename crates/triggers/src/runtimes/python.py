"""The Python runtime: loads a function's handler and hands it events from the Runtime API, as Lambda's own does.

`_HANDLER` names the handler as `module.function`, `LAMBDA_TASK_ROOT` the function's folder. Error types and messages are
those of Lambda's Python runtime.
"""

import importlib
import json
import logging
import os
import sys
import time
import traceback
from decimal import Decimal
from http.client import HTTPConnection

API = "/2018-06-01/runtime/"
ROOT = os.environ.get("LAMBDA_TASK_ROOT", os.getcwd())
HANDLER = os.environ.get("_HANDLER", "")


class Failure(Exception):
    """An error of the runtime's own: the `errorType` that the caller gets, the message, and the stack if there is one."""

    def __init__(self, kind, message, stack=()):
        super().__init__(message)
        self.kind = f"Runtime.{kind}"
        self.stack = list(stack)


class RuntimeApi:
    """The server's side, over one connection that stays open."""

    def __init__(self):
        self._connection = HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])

    def next(self):
        """The next event: its headers and its text."""
        self._connection.request("GET", f"{API}invocation/next")
        answer = self._connection.getresponse()
        return answer.headers, answer.read()

    def post(self, resource, body, headers=None):
        """Posts an answer or an error."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        self._connection.request("POST", f"{API}{resource}", body.encode(), headers)
        self._connection.getresponse().read()

    def post_error(self, resource, described):
        """Posts an error and writes it to the log."""
        kind, message = described["errorType"], described["errorMessage"]
        stack = "".join(described["stackTrace"])
        print(f"[ERROR] {kind}: {message}" + (f"\nTraceback (most recent call last):\n{stack}" if stack else ""))
        # A header holds ASCII without line ends; the body says the type in full.
        header = kind.encode("ascii", "replace").decode()
        self.post(resource, json.dumps(described), {"Lambda-Runtime-Function-Error-Type": header})


class Context:
    """What a handler is told about its call."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.client_context = None
        self.identity = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        """How long the call may still take."""
        return max(0, self._deadline_ms - int(time.time() * 1000))


class LogHandler(logging.Handler):
    """The root logger writes lines as on Lambda: level, time, request, text."""

    request_id = ""

    def emit(self, record):
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = f"[{record.levelname}]\t{moment}.{int(record.msecs):03d}Z\t{self.request_id}\t{record.getMessage()}"
        if record.exc_info:
            line += "\n" + logging.Formatter().formatException(record.exc_info)
        print(line)


def load_handler():
    """The function that `_HANDLER` names."""
    try:
        module_name, function_name = HANDLER.rsplit(".", 1)
    except ValueError as error:
        raise Failure("MalformedHandlerName", f"Bad handler '{HANDLER}': {error}") from None
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Failure("ImportModuleError", f"Unable to import module '{module_name}': {error}") from None
    except SyntaxError as error:
        where = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise Failure("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [where]) from None
    handler = getattr(module, function_name, None)
    if handler is None:
        raise Failure("HandlerNotFound", f"Handler '{function_name}' missing on module '{module_name}'")
    return handler


def describe(error, request_id=None):
    """What an error reads like for the caller."""
    if isinstance(error, Failure):
        kind, stack = error.kind, error.stack
    else:
        frames = traceback.extract_tb(error.__traceback__)
        of_function = [frame for frame in frames if frame.filename != __file__]
        kind, stack = type(error).__name__, traceback.format_list(of_function)
    described = {"errorMessage": str(error), "errorType": kind, "stackTrace": stack}
    return described if request_id is None else {**described, "requestId": request_id}


def as_json(value):
    """Numbers of DynamoDB are written as numbers; what else JSON cannot hold is an error."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def handle(handler, text, context):
    """One event to its answer."""
    try:
        event = json.loads(text)
    except ValueError as error:
        raise Failure("UnmarshalError", f"Unable to unmarshal input: {error}") from None
    answer = handler(event, context)
    try:
        return json.dumps(answer, default=as_json)
    except (TypeError, ValueError) as error:
        raise Failure("MarshalError", f"Unable to marshal response: {error}") from None


def main():
    """Loads the handler, then takes one event after the other."""
    log = LogHandler()
    logging.getLogger().addHandler(log)
    os.environ["AWS_EXECUTION_ENV"] = f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.insert(0, ROOT)
    api = RuntimeApi()
    try:
        handler = load_handler()
    except Exception as error:
        api.post_error("init/error", describe(error))
        sys.exit(1)
    while True:
        headers, text = api.next()
        context = Context(headers)
        log.request_id = context.aws_request_id
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id", "")
        call = f"invocation/{context.aws_request_id}"
        try:
            answer = handle(handler, text, context)
        except Exception as error:
            api.post_error(f"{call}/error", describe(error, context.aws_request_id))
        else:
            api.post(f"{call}/response", answer)


main()
