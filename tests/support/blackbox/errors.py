"""The exact errors that a test expects of boto3."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

WRONG_PASSWORD = ("NotAuthorizedException", "Incorrect username or password.")
USED_SESSION = (
    "NotAuthorizedException",
    "Invalid session for the user, session can only be used once.",
)


def of(error: ClientError) -> tuple[str, str]:
    """Code and message of an error, to the letter."""
    return error.response["Error"]["Code"], error.response["Error"]["Message"]


@contextmanager
def refused(code: str, message: str) -> Iterator[None]:
    """The calls inside end with this very error."""
    with pytest.raises(ClientError) as caught:
        yield
    assert of(caught.value) == (code, message)
