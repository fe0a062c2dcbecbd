"""Remembered devices by way of boto3 and pycognito, which sends no session with a device's numbers."""

import pytest
from blackbox import errors
from blackbox.pool import Pool
from pycognito.aws_srp import AWSSRP, generate_hash_device
from pycognito.exceptions import SoftwareTokenMFAChallengeException
from test_factors import ADMIN_ONLY, App


@pytest.fixture(scope="module")
def devices(server, idp):
    """A pool in which a remembered device stands for an authenticator app."""
    configuration = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
    pool = Pool(idp, AccountRecoverySetting=ADMIN_ONLY, DeviceConfiguration=configuration)
    server.open_door(pool.id)
    idp.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="OPTIONAL",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    return pool


def test_pycognito_signs_in_on_a_remembered_device_until_it_is_forgotten(idp, devices):
    client = devices.client(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    person = devices.user()

    def sign_in(**device):
        srp = AWSSRP(
            username=person.email,
            password=person.password,
            pool_id=devices.id,
            client_id=client["ClientId"],
            client=idp,
            **device,
        )
        return srp.authenticate_user()["AuthenticationResult"]

    tokens = sign_in()
    token, new = tokens["AccessToken"], tokens["NewDeviceMetadata"]
    key, group = new["DeviceKey"], new["DeviceGroupKey"]
    secret, verifier = generate_hash_device(group, key)
    request = {"AccessToken": token, "DeviceKey": key, "DeviceSecretVerifierConfig": verifier}
    assert idp.confirm_device(**request)["UserConfirmationNecessary"] is False
    with errors.refused("DeviceKeyExistsException", "Device key already exists."):
        idp.confirm_device(**request)

    app = App(idp.associate_software_token(AccessToken=token)["SecretCode"])
    idp.verify_software_token(AccessToken=token, UserCode=app.code())
    preference = {"Enabled": True, "PreferredMfa": True}
    idp.set_user_mfa_preference(AccessToken=token, SoftwareTokenMfaSettings=preference)
    with pytest.raises(SoftwareTokenMFAChallengeException):
        sign_in()

    device = {"device_key": key, "device_group_key": group, "device_password": secret}
    on_it = sign_in(**device)
    assert "NewDeviceMetadata" not in on_it
    refresh = {"ClientId": client["ClientId"], "AuthFlow": "REFRESH_TOKEN_AUTH"}
    parameters = {"REFRESH_TOKEN": on_it["RefreshToken"]}
    with errors.refused("NotAuthorizedException", "Invalid Refresh Token"):
        idp.initiate_auth(**refresh, AuthParameters=parameters)
    idp.initiate_auth(**refresh, AuthParameters={**parameters, "DEVICE_KEY": key})

    with errors.refused(*errors.WRONG_PASSWORD):
        sign_in(**{**device, "device_password": "wrong"})
    user = {"UserPoolId": devices.id, "Username": person.email}
    listed = idp.admin_list_devices(**user)["Devices"]
    assert [one["DeviceKey"] for one in listed] == [key]
    idp.admin_forget_device(**user, DeviceKey=key)
    with errors.refused("ResourceNotFoundException", "Device does not exist."):
        sign_in(**device)
