"""What a pool and an app client are like, without what changes by itself."""

from typing import Any

VOLATILE = {"LastModifiedDate", "CreationDate", "EstimatedNumberOfUsers"}


def pool_and_client(idp: Any, pool_id: str, client_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """DescribeUserPool and DescribeUserPoolClient, without dates."""
    pool = idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    client = idp.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)["UserPoolClient"]
    return undated(pool), undated(client)


def undated(description: dict[str, Any]) -> dict[str, Any]:
    """The description without what changes by itself."""
    return {name: value for name, value in description.items() if name not in VOLATILE}
