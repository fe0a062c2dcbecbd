/** amazon-cognito-identity-js as its users use it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';
import { WRONG_PASSWORD, claims, setUp, wrong } from './support/setup.mjs';

let pool, stop, client;

before(async () => {
  ({ pool, stop } = await setUp());
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

function cognitoUser(email, clientId = client.ClientId) {
  const Storage = new MemoryStorage();
  const userPool = new CognitoUserPool({
    UserPoolId: pool.id,
    ClientId: clientId,
    endpoint: pool.endpoint,
    Storage,
  });
  return new CognitoUser({ Username: email, Pool: userPool, Storage });
}

/** Turns the library's callbacks into what happened: `['onSuccess', session]`, `['customChallenge', parameters]`. */
function step(call) {
  return new Promise((resolve, reject) => {
    const happened = (name) => (value) => resolve([name, value]);
    call({
      onSuccess: happened('onSuccess'),
      onFailure: reject,
      customChallenge: happened('customChallenge'),
      newPasswordRequired: happened('newPasswordRequired'),
    });
  });
}

function startCustomAuth(user, password) {
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password });
  return step((callbacks) => user.authenticateUser(details, callbacks));
}

const answer = (user, code) =>
  step((callbacks) => user.sendCustomChallengeAnswer(code, callbacks));

test('signs in with password and code, refreshes and signs out', async () => {
  const person = await pool.user();
  const user = cognitoUser(person.email);
  const [asked, parameters] = await startCustomAuth(user, person.password);
  assert.equal(asked, 'customChallenge');
  assert.equal(parameters.CODE_DELIVERY_DESTINATION, 'a***@e***');
  const [done, session] = await answer(user, await pool.codeFor(person.email));
  assert.equal(done, 'onSuccess');
  assert.equal(session.getIdToken().payload.email, person.email);

  const token = new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() });
  const refreshed = await new Promise((resolve, reject) => {
    user.refreshSession(token, (error, value) => (error ? reject(error) : resolve(value)));
  });
  assert.notEqual(refreshed.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
  assert.equal(claims(refreshed.getIdToken().getJwtToken()).email, person.email);

  await new Promise((resolve, reject) => {
    user.globalSignOut({ onSuccess: resolve, onFailure: reject });
  });
  await assert.rejects(
    new Promise((resolve, reject) => {
      user.refreshSession(token, (error, value) => (error ? reject(error) : resolve(value)));
    }),
    { name: 'NotAuthorizedException', message: 'Refresh Token has been revoked' },
  );
});

test('is told of a wrong code by the challenge coming again, three times at most', async () => {
  const person = await pool.user();
  const user = cognitoUser(person.email);
  await startCustomAuth(user, person.password);
  const code = await pool.codeFor(person.email);
  for (const attemptsLeft of ['2', '1']) {
    const [asked, parameters] = await answer(user, wrong(code));
    assert.equal(asked, 'customChallenge');
    assert.deepEqual([parameters.result, parameters.attemptsLeft], ['wrong', attemptsLeft]);
  }
  await assert.rejects(answer(user, wrong(code)), WRONG_PASSWORD);
});

test('is told of a wrong password and of an unknown user in the same words', async () => {
  const person = await pool.user();
  await assert.rejects(startCustomAuth(cognitoUser(person.email), 'Wrong-Horse-9!'), WRONG_PASSWORD);
  await assert.rejects(
    startCustomAuth(cognitoUser('nobody@example.com'), person.password),
    WRONG_PASSWORD,
  );
});

test('is told of an unknown user where the client says so', async () => {
  const legacy = await pool.client({ PreventUserExistenceErrors: 'LEGACY' });
  await assert.rejects(
    startCustomAuth(cognitoUser('nobody@example.com', legacy.ClientId), 'Correct-Horse-9!'),
    { name: 'UserNotFoundException', message: 'User does not exist.' },
  );
});

test('changes a temporary password and is still asked for the code', async () => {
  const person = await pool.user({ permanent: false });
  const user = cognitoUser(person.email);
  const [asked] = await startCustomAuth(user, person.password);
  assert.equal(asked, 'newPasswordRequired');
  const [then] = await step((callbacks) =>
    user.completeNewPasswordChallenge('Another-Horse-10!', {}, callbacks),
  );
  assert.equal(then, 'customChallenge');
  const [done] = await answer(user, await pool.codeFor(person.email));
  assert.equal(done, 'onSuccess');
});
