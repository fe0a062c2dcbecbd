import { AuthError } from '../auth-error.js';
import type { CognitoClientEnvironment } from '../environment.js';
import { Account } from './account.js';
import { SelfService } from './self-service.js';

const OPTIONS = {
  endpoint: 'https://pool.example/',
  userPoolId: 'eu-central-1_a',
  clientId: 'client',
  locale: () => 'de',
};
const SOURCE = { options: async () => OPTIONS };
const DELIVERY = { Destination: 'a***@e***', DeliveryMedium: 'EMAIL', AttributeName: 'email' };

type Answer = object | Response;

/** A server that gives these answers in turn, and what it was asked. */
function serverWith(...answers: Answer[]) {
  const calls: [operation: string, body: unknown][] = [];
  const environment: CognitoClientEnvironment = {
    fetch: async (url, init) => {
      expect(url).toBe(OPTIONS.endpoint);
      const target = new Headers(init.headers).get('X-Amz-Target') ?? '';
      calls.push([target.split('.')[1], JSON.parse(String(init.body)) as unknown]);
      const answer = answers.shift();
      return answer instanceof Response ? answer : Response.json(answer);
    },
    now: () => 0,
    randomBytes: () => new Uint8Array(),
    sleep: async () => undefined,
  };
  return { environment, calls };
}

function refusal(code: string, message = ''): Response {
  return Response.json({ __type: code, message }, { status: 400 });
}

function accountWith(...answers: Answer[]) {
  const { environment, calls } = serverWith(...answers);
  return { account: new Account(SOURCE, async () => 'token', environment), calls };
}

describe('people who are not signed in', () => {
  it('sign up, and hear where the code went', async () => {
    const { environment, calls } = serverWith(
      { UserConfirmed: false, UserSub: 'sub', CodeDeliveryDetails: DELIVERY },
      {},
    );
    const people = new SelfService(SOURCE, environment);
    const user = { username: 'ana@example.com', password: 'secret', attributes: { name: 'Ana' } };
    expect(await people.signUp(user)).toEqual({
      confirmed: false,
      delivery: { destination: 'a***@e***', medium: 'EMAIL', attribute: 'email' },
    });
    await people.confirmSignUp('ana@example.com', '123456');
    expect(calls).toEqual([
      [
        'SignUp',
        {
          ClientId: 'client',
          Username: 'ana@example.com',
          Password: 'secret',
          UserAttributes: [{ Name: 'name', Value: 'Ana' }],
          ClientMetadata: { locale: 'de' },
        },
      ],
      [
        'ConfirmSignUp',
        { ClientId: 'client', Username: 'ana@example.com', ConfirmationCode: '123456' },
      ],
    ]);
  });

  it('hear of a sign-up that nobody was sent a code for', async () => {
    for (const confirmed of [true, false]) {
      const { environment } = serverWith({ UserConfirmed: confirmed, UserSub: 'sub' });
      const people = new SelfService(SOURCE, environment);
      const said = await people.signUp({ username: 'ana', password: 'secret' });
      expect(said).toEqual({ confirmed, delivery: null });
    }
  });

  it('are not told by any answer whether a name is somebody’s', async () => {
    const unknown = refusal('UserNotFoundException', 'Username/client id combination not found.');
    const { environment, calls } = serverWith(
      { CodeDeliveryDetails: DELIVERY },
      unknown,
      { CodeDeliveryDetails: DELIVERY },
      unknown.clone(),
    );
    const people = new SelfService(SOURCE, environment);
    const answers = [
      await people.forgotPassword('ana'),
      await people.forgotPassword('nobody'),
      await people.resendSignUpCode('ana'),
      await people.resendSignUpCode('nobody'),
    ];
    expect(answers).toEqual([undefined, undefined, undefined, undefined]);
    expect(calls.map(([operation]) => operation)).toEqual([
      'ForgotPassword',
      'ForgotPassword',
      'ResendConfirmationCode',
      'ResendConfirmationCode',
    ]);
  });

  it('hear of everything else that goes wrong', async () => {
    const { environment } = serverWith(refusal('LimitExceededException'));
    const people = new SelfService(SOURCE, environment);
    await expect(people.forgotPassword('ana')).rejects.toMatchObject({ kind: 'throttled' });
  });

  it('choose a new password by the code', async () => {
    const { environment, calls } = serverWith({});
    await new SelfService(SOURCE, environment).resetPassword('ana', '123456', 'secret');
    const body = { ClientId: 'client', Username: 'ana', ConfirmationCode: '123456' };
    expect(calls).toEqual([['ConfirmForgotPassword', { ...body, Password: 'secret' }]]);
  });
});

describe('an account', () => {
  it('asks nothing without somebody who is signed in', async () => {
    const { environment, calls } = serverWith();
    const account = new Account(SOURCE, async () => null, environment);
    await expect(account.profile()).rejects.toBeInstanceOf(AuthError);
    expect(calls).toEqual([]);
  });

  it('says who it is', async () => {
    const { account } = accountWith(
      {
        Username: 'sub',
        UserAttributes: [{ Name: 'email', Value: 'ana@example.com' }],
        UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
      },
      { Username: 'sub', UserAttributes: [] },
    );
    expect(await account.profile()).toEqual({
      username: 'sub',
      attributes: { email: 'ana@example.com' },
      factors: ['SOFTWARE_TOKEN_MFA'],
    });
    expect(await account.profile()).toEqual({ username: 'sub', attributes: {}, factors: [] });
  });

  it('asks for an app once its code was right, and for none after it is stopped', async () => {
    const { account, calls } = accountWith(
      { SecretCode: 'ABCD' },
      { Status: 'SUCCESS' },
      {},
      {},
      { Status: 'ERROR' },
    );
    expect(await account.startAuthenticator()).toBe('ABCD');
    await account.confirmAuthenticator('123456', 'phone');
    await account.stopAuthenticator();
    expect(calls).toEqual([
      ['AssociateSoftwareToken', { AccessToken: 'token' }],
      [
        'VerifySoftwareToken',
        { AccessToken: 'token', UserCode: '123456', FriendlyDeviceName: 'phone' },
      ],
      [
        'SetUserMFAPreference',
        { AccessToken: 'token', SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } },
      ],
      [
        'SetUserMFAPreference',
        { AccessToken: 'token', SoftwareTokenMfaSettings: { Enabled: false, PreferredMfa: false } },
      ],
    ]);
    await expect(account.confirmAuthenticator('123456')).rejects.toBeInstanceOf(AuthError);
    expect(calls).toHaveLength(5);
  });

  it('lists passkeys, devices and sessions, every page of them', async () => {
    const { account, calls } = accountWith(
      { Credentials: [{ CredentialId: 'a', FriendlyCredentialName: 'Key' }], NextToken: 'more' },
      { Credentials: [{ CredentialId: 'b', RelyingPartyId: 'example.com', CreatedAt: 1.5 }] },
      {
        Devices: [
          {
            DeviceKey: 'd',
            DeviceAttributes: [
              { Name: 'device_name', Value: 'Phone' },
              { Name: 'last_ip_used', Value: '192.0.2.1' },
            ],
            DeviceLastAuthenticatedDate: 2,
          },
        ],
      },
      { Sessions: [{ SessionId: 's', DeviceType: 'Firefox, Linux', IsCurrentSession: true }] },
      {},
    );
    expect(await account.passkeys()).toEqual([
      { id: 'a', name: 'Key', relyingParty: '', created: null },
      { id: 'b', name: '', relyingParty: 'example.com', created: new Date(1500) },
    ]);
    expect(calls[1]).toEqual([
      'ListWebAuthnCredentials',
      { AccessToken: 'token', NextToken: 'more' },
    ]);
    expect(await account.devices()).toEqual([
      { key: 'd', name: 'Phone', address: '192.0.2.1', lastUsed: new Date(2000) },
    ]);
    expect(await account.sessions()).toEqual([
      {
        id: 's',
        device: 'Firefox, Linux',
        address: '',
        created: null,
        lastActive: null,
        current: true,
      },
    ]);
    expect(await account.sessions()).toEqual([]);
  });

  it('does not mind that what is to be removed is gone', async () => {
    const gone = refusal('ResourceNotFoundException', 'Session not found.');
    const { account, calls } = accountWith(gone, gone.clone(), gone.clone(), refusal('Other'));
    await account.endSession('s');
    await account.forgetDevice('d');
    await account.removePasskey('p');
    await expect(account.removePasskey('p')).rejects.toBeInstanceOf(AuthError);
    expect(calls.map(([operation]) => operation)).toEqual([
      'RevokeUserSession',
      'ForgetDevice',
      'DeleteWebAuthnCredential',
      'DeleteWebAuthnCredential',
    ]);
  });

  it('changes an address, and says where a code went', async () => {
    const { account, calls } = accountWith(
      { CodeDeliveryDetailsList: [DELIVERY] },
      {},
      { CodeDeliveryDetails: DELIVERY },
      {},
    );
    const email = 'eve@example.com';
    const delivery = { destination: 'a***@e***', medium: 'EMAIL', attribute: 'email' };
    expect(await account.updateAttributes({ email })).toEqual([delivery]);
    expect(await account.updateAttributes({ email })).toEqual([]);
    expect(await account.sendAttributeCode('email')).toEqual(delivery);
    await account.verifyAttribute('email', '123456');
    expect(calls.at(-1)).toEqual([
      'VerifyUserAttribute',
      { AccessToken: 'token', AttributeName: 'email', Code: '123456' },
    ]);
  });

  it('has no passkey made where there is no browser', async () => {
    const { account } = accountWith({ CredentialCreationOptions: { challenge: 'AA' } });
    await expect(account.addPasskey()).rejects.toMatchObject({ kind: 'unsupported' });
  });
});
