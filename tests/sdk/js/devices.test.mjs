/** Remembered devices with amazon-cognito-identity-js and AWS Amplify v6: confirmed, asked in place of an app, forgotten. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { Amplify } from 'aws-amplify';
import {
  confirmSignIn,
  fetchAuthSession,
  fetchDevices,
  forgetDevice,
  rememberDevice,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { sharedInMemoryStorage } from 'aws-amplify/utils';
import { appOf } from './support/app.mjs';
import { claims, setUp } from './support/setup.mjs';

// What Amplify names a device after; Node.js has it from version 21 on, and browsers always.
globalThis.navigator ??= { userAgent: 'Node.js' };

let pool, admin, stop, client;

/** Says how the pool takes devices. */
async function configure(onPrompt) {
  const { UserPool } = await admin.describeUserPool({ UserPoolId: pool.id });
  await admin.updateUserPool({
    UserPoolId: pool.id,
    LambdaConfig: UserPool.LambdaConfig,
    DeviceConfiguration: {
      ChallengeRequiredOnNewDevice: true,
      DeviceOnlyRememberedOnUserPrompt: onPrompt,
    },
  });
  await admin.setUserPoolMfaConfig({
    UserPoolId: pool.id,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
}

before(async () => {
  ({ pool, admin, stop } = await setUp());
  client = await pool.client();
});

after(() => stop());

/** What a browser keeps. */
class MemoryStorage {
  #items = new Map();
  setItem = (name, value) => this.#items.set(name, value);
  getItem = (name) => this.#items.get(name) ?? null;
  removeItem = (name) => this.#items.delete(name);
  clear = () => this.#items.clear();
}

function cognitoUser(email, Storage) {
  const { id: UserPoolId, endpoint } = pool;
  const userPool = new CognitoUserPool({ UserPoolId, ClientId: client.ClientId, endpoint, Storage });
  return new CognitoUser({ Username: email, Pool: userPool, Storage });
}

/** Turns the library's callbacks into what happened, and with what. */
function step(call) {
  return new Promise((resolve, reject) => {
    const happened = (name) => (...values) => resolve([name, ...values]);
    const names = ['onSuccess', 'totpRequired', 'customChallenge', 'associateSecretCode'];
    call({ onFailure: reject, ...Object.fromEntries(names.map((name) => [name, happened(name)])) });
  });
}

const authenticate = (user, person) => {
  const details = new AuthenticationDetails({ Username: person.email, Password: person.password });
  return step((callbacks) => user.authenticateUser(details, callbacks));
};

/** Registers an app, which is asked for from then on. */
async function register(user) {
  const [, secret] = await step((callbacks) => user.associateSoftwareToken(callbacks));
  const code = appOf(secret);
  await step((callbacks) => user.verifySoftwareToken(code(), 'phone', callbacks));
  await new Promise((resolve, reject) => {
    const app = { PreferredMfa: true, Enabled: true };
    user.setUserMfaPreference(null, app, (error, said) => (error ? reject(error) : resolve(said)));
  });
  return code;
}

test('identity-js signs in on a remembered device without the app, until it is forgotten', async () => {
  await configure(false);
  const person = await pool.user();
  const browser = new MemoryStorage();
  const user = cognitoUser(person.email, browser);
  const [first, , necessary] = await authenticate(user, person);
  assert.deepEqual([first, necessary], ['onSuccess', undefined]);
  const code = await register(user);

  const again = cognitoUser(person.email, browser);
  const [done, session] = await authenticate(again, person);
  assert.equal(done, 'onSuccess');
  const { device_key: key } = claims(session.getAccessToken().getJwtToken());
  const refreshed = await new Promise((resolve, reject) => {
    again.refreshSession(session.getRefreshToken(), (error, value) => {
      error ? reject(error) : resolve(value);
    });
  });
  assert.equal(claims(refreshed.getAccessToken().getJwtToken()).device_key, key);

  const elsewhere = cognitoUser(person.email, new MemoryStorage());
  assert.equal((await authenticate(elsewhere, person))[0], 'totpRequired');
  assert.equal(
    (await step((callbacks) => elsewhere.sendMFACode(code(), callbacks, 'SOFTWARE_TOKEN_MFA')))[0],
    'onSuccess',
  );

  const [, listed] = await step((callbacks) => again.listDevices(60, null, callbacks));
  assert.equal(listed.Devices.length, 2);
  const [, shown] = await step((callbacks) => again.getDevice(callbacks));
  assert.equal(shown.Device.DeviceKey, key);
  await step((callbacks) => again.setDeviceStatusNotRemembered(callbacks));
  assert.equal((await authenticate(cognitoUser(person.email, browser), person))[0], 'totpRequired');
  await step((callbacks) => again.setDeviceStatusRemembered(callbacks));
  assert.equal((await authenticate(cognitoUser(person.email, browser), person))[0], 'onSuccess');

  await step((callbacks) => again.forgetSpecificDevice(key, callbacks));
  // The browser has its key still: the library notices that it is good for nothing.
  assert.equal((await authenticate(cognitoUser(person.email, browser), person))[0], 'totpRequired');
});

/** The library takes the answer to the proof for the end of the sign-in, whatever it says. */
test('identity-js gets no tokens for a device where a code is asked for, too', async () => {
  await configure(false);
  const person = await pool.user();
  const browser = new MemoryStorage();
  const user = cognitoUser(person.email, browser);
  await authenticate(user, person);
  await register(user);
  const again = cognitoUser(person.email, browser);
  again.setAuthenticationFlowType('CUSTOM_AUTH');
  const [, session] = await authenticate(again, person);
  assert.equal(session.getAccessToken().getJwtToken(), '');
  assert.equal(session.getRefreshToken().getToken(), '');
});

test('Amplify remembers a device when its user says so, and forgets it', async () => {
  await configure(true);
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: pool.id,
        userPoolClientId: client.ClientId,
        userPoolEndpoint: pool.endpoint,
      },
    },
  });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(sharedInMemoryStorage);
  const { email, password } = await pool.user();
  const start = () => signIn({ username: email, password, options: { authFlowType: 'USER_SRP_AUTH' } });
  assert.equal((await start()).isSignedIn, true);
  const { sharedSecret } = await setUpTOTP();
  const code = appOf(sharedSecret);
  await verifyTOTPSetup({ code: code() });
  await updateMFAPreference({ totp: 'PREFERRED' });
  await signOut();

  const { nextStep } = await start();
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
  await confirmSignIn({ challengeResponse: code() });
  await rememberDevice();
  const [device] = await fetchDevices();
  const { payload } = (await fetchAuthSession()).tokens.accessToken;
  assert.equal(device.id, payload.device_key);
  assert.notEqual(device.name, undefined);
  assert.equal((await fetchAuthSession({ forceRefresh: true })).tokens.accessToken.payload.device_key, device.id);
  await signOut();

  assert.equal((await start()).isSignedIn, true);
  await forgetDevice();
  assert.deepEqual((await fetchDevices()).map(({ id }) => id).includes(device.id), false);
  await signOut();
  assert.equal((await start()).nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_TOTP_CODE');
});
