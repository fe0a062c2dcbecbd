/** amazon-cognito-identity-js: what somebody who is signed in does with the account, method by method. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';
import { appOf } from './support/app.mjs';
import { WRONG_PASSWORD, setUp, wrong } from './support/setup.mjs';

const NUMBER = '+491234568920';

let pool, admin, stop, client;

before(async () => {
  ({ pool, admin, stop } = await setUp());
  await admin.setUserPoolMfaConfig({
    UserPoolId: pool.id,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    SmsMfaConfiguration: {},
  });
  client = await pool.client();
});

after(() => stop());

/** Keeps tokens for one test alone. */
class MemoryStorage {
  #items = new Map();
  setItem = (name, value) => this.#items.set(name, value);
  getItem = (name) => this.#items.get(name) ?? null;
  removeItem = (name) => this.#items.delete(name);
  clear = () => this.#items.clear();
}

function userPool(Storage) {
  return new CognitoUserPool({
    UserPoolId: pool.id,
    ClientId: client.ClientId,
    endpoint: pool.endpoint,
    Storage,
  });
}

/** A call whose last argument is `(error, result)`. */
function result(call) {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** Turns the library's callbacks into what happened. */
function step(call) {
  return new Promise((resolve, reject) => {
    const happened = (name) => (value) => resolve([name, value]);
    const names = ['onSuccess', 'totpRequired', 'mfaRequired', 'selectMFAType', 'customChallenge'];
    names.push('associateSecretCode', 'inputVerificationCode');
    call({ onFailure: reject, ...Object.fromEntries(names.map((name) => [name, happened(name)])) });
  });
}

function signIn(user, password) {
  const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password });
  return step((callbacks) => user.authenticateUser(details, callbacks));
}

/** Somebody new, signed in. */
async function signedIn() {
  const person = await pool.user();
  const Storage = new MemoryStorage();
  const user = new CognitoUser({ Username: person.email, Pool: userPool(Storage), Storage });
  assert.equal((await signIn(user, person.password))[0], 'onSuccess');
  return { person, user, Storage };
}

/** The attributes by name, as the library reads them. */
async function attributes(user) {
  const read = await result((done) => user.getUserAttributes(done));
  return Object.fromEntries(read.map((attribute) => [attribute.getName(), attribute.getValue()]));
}

test('reads, changes and deletes attributes, and reads them past its cache', async () => {
  const { user, person } = await signedIn();
  assert.equal((await attributes(user)).email, person.email);
  const nickname = new CognitoUserAttribute({ Name: 'nickname', Value: 'Ada' });
  const said = await result((done) => user.updateAttributes([nickname], (error, value) => done(error, value)));
  assert.equal(said, 'SUCCESS');
  assert.equal((await attributes(user)).nickname, 'Ada');
  const first = await result((done) => user.getUserData(done));
  assert.equal(first.UserAttributes.find(({ Name }) => Name === 'nickname').Value, 'Ada');
  assert.equal(await result((done) => user.deleteAttributes(['nickname'], done)), 'SUCCESS');
  const anew = await result((done) => user.getUserData(done, { bypassCache: true }));
  assert.equal(anew.UserAttributes.some(({ Name }) => Name === 'nickname'), false);
});

test('verifies its address with a code', async () => {
  const { user, person } = await signedIn();
  const [asked] = await step((callbacks) => user.getAttributeVerificationCode('email', callbacks));
  assert.equal(asked, 'inputVerificationCode');
  const code = await pool.codeFor(person.email);
  await assert.rejects(
    step((callbacks) => user.verifyAttribute('email', wrong(code), callbacks)),
    { name: 'CodeMismatchException', message: 'Invalid verification code provided, please try again.' },
  );
  const [verified, said] = await step((callbacks) => user.verifyAttribute('email', code, callbacks));
  assert.deepEqual([verified, said], ['onSuccess', 'SUCCESS']);
});

test('changes its password', async () => {
  const { user, person } = await signedIn();
  const NEW = 'Battery-Staple-1';
  await assert.rejects(
    result((done) => user.changePassword('Wrong-Horse-9!', NEW, done)),
    WRONG_PASSWORD,
  );
  assert.equal(await result((done) => user.changePassword(person.password, NEW, done)), 'SUCCESS');
  const Storage = new MemoryStorage();
  const again = new CognitoUser({ Username: person.email, Pool: userPool(Storage), Storage });
  await assert.rejects(signIn(again, person.password), WRONG_PASSWORD);
  assert.equal((await signIn(again, NEW))[0], 'onSuccess');
});

test('finds its session again, and none after it has signed out', async () => {
  const { user, Storage } = await signedIn();
  const current = userPool(Storage).getCurrentUser();
  assert.equal(current.getUsername(), user.getUsername());
  const session = await result((done) => current.getSession(done));
  assert.equal(session.isValid(), true);
  const access = session.getAccessToken().getJwtToken();
  assert.equal(access, user.getSignInUserSession().getAccessToken().getJwtToken());
  const refresh = session.getRefreshToken().getToken();
  await result((done) => current.signOut((error) => done(error)));
  assert.equal(userPool(Storage).getCurrentUser(), null);
  await assert.rejects(
    admin.initiateAuth({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId: client.ClientId,
      AuthParameters: { REFRESH_TOKEN: refresh },
    }),
    { name: 'NotAuthorizedException', message: 'Refresh Token has been revoked' },
  );
});

test('switches text messages on and off in the old way', async () => {
  const { user } = await signedIn();
  const number = new CognitoUserAttribute({ Name: 'phone_number', Value: NUMBER });
  await result((done) => user.updateAttributes([number], (error, value) => done(error, value)));
  assert.equal(await result((done) => user.enableMFA(done)), 'SUCCESS');
  const options = await result((done) => user.getMFAOptions(done));
  assert.deepEqual(options, [{ AttributeName: 'phone_number', DeliveryMedium: 'SMS' }]);
  assert.equal(await result((done) => user.disableMFA(done)), 'SUCCESS');
  assert.equal(await result((done) => user.getMFAOptions(done)), undefined);
});

test('chooses between two factors', async () => {
  const { user, person } = await signedIn();
  const [, secret] = await step((callbacks) => user.associateSoftwareToken(callbacks));
  const code = appOf(secret);
  await step((callbacks) => user.verifySoftwareToken(code(), 'phone', callbacks));
  const number = new CognitoUserAttribute({ Name: 'phone_number', Value: NUMBER });
  await result((done) => user.updateAttributes([number], (error, value) => done(error, value)));
  const on = { Enabled: true, PreferredMfa: false };
  await result((done) => user.setUserMfaPreference(on, on, done));
  const Storage = new MemoryStorage();
  const again = new CognitoUser({ Username: person.email, Pool: userPool(Storage), Storage });
  assert.equal((await signIn(again, person.password))[0], 'selectMFAType');
  const [asked] = await step((callbacks) => {
    again.sendMFASelectionAnswer('SOFTWARE_TOKEN_MFA', callbacks);
  });
  assert.equal(asked, 'totpRequired');
  const [done] = await step((callbacks) => again.sendMFACode(code(), callbacks, 'SOFTWARE_TOKEN_MFA'));
  assert.equal(done, 'onSuccess');
});

test('is not signed in without a password where the code follows one', async () => {
  const person = await pool.user();
  const Storage = new MemoryStorage();
  const user = new CognitoUser({ Username: person.email, Pool: userPool(Storage), Storage });
  const details = new AuthenticationDetails({ Username: person.email });
  await assert.rejects(step((callbacks) => user.initiateAuth(details, callbacks)), WRONG_PASSWORD);
});

test('deletes itself', async () => {
  const { user, person } = await signedIn();
  assert.equal(await result((done) => user.deleteUser(done)), 'SUCCESS');
  const gone = admin.adminGetUser({ UserPoolId: pool.id, Username: person.email });
  await assert.rejects(gone, { name: 'UserNotFoundException' });
});
