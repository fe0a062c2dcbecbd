"""A pool as the article sets it up, and its users."""

import secrets
from dataclasses import dataclass
from typing import Any

from .srp import Credentials

FUNCTIONS = "arn:aws:lambda:us-east-1:000000000000:function"
TRIGGERS = {
    "DefineAuthChallenge": f"{FUNCTIONS}:2faDefine",
    "CreateAuthChallenge": f"{FUNCTIONS}:2faCreate",
    "VerifyAuthChallengeResponse": f"{FUNCTIONS}:2faVerify",
}
FLOWS = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


@dataclass(frozen=True)
class User:
    """A person: the address is the name they sign in with."""

    email: str
    password: str


class Pool:
    """A pool with the three triggers and the attribute `custom:authChallenge`; people sign in with their address."""

    def __init__(self, idp: Any, **options: Any) -> None:
        self._idp = idp
        created = idp.create_user_pool(
            PoolName="black-box", **{"UsernameAttributes": ["email"], "LambdaConfig": TRIGGERS, **options}
        )
        self.id: str = created["UserPool"]["Id"]
        idp.add_custom_attributes(
            UserPoolId=self.id,
            CustomAttributes=[{"Name": "authChallenge", "AttributeDataType": "String", "Mutable": True}],
        )

    def client(self, **options: Any) -> dict[str, Any]:
        """A new app client that hides which users exist; `options` are those of CreateUserPoolClient."""
        defaults = {
            "ClientName": "black-box",
            "AuthSessionValidity": 5,
            "ExplicitAuthFlows": FLOWS,
            "PreventUserExistenceErrors": "ENABLED",
        }
        return self._idp.create_user_pool_client(UserPoolId=self.id, **{**defaults, **options})["UserPoolClient"]

    def user(self, *, permanent: bool = True) -> User:
        """A new user with a verified address and a password, temporary or not."""
        user = User(f"ada.{secrets.token_hex(6)}@example.com", f"Correct-Hörse-9-{secrets.token_hex(4)}!")
        self._idp.admin_create_user(
            UserPoolId=self.id,
            Username=user.email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": user.email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )
        self._idp.admin_set_user_password(
            UserPoolId=self.id, Username=user.email, Password=user.password, Permanent=permanent
        )
        return user

    def credentials(self, client: dict[str, Any], user: User, password: str | None = None) -> Credentials:
        """What this user types into an app with this client."""
        return Credentials(
            self.id, client["ClientId"], user.email, password or user.password, client.get("ClientSecret")
        )
