/** Second factors with amazon-cognito-identity-js: an authenticator app, registered and asked for. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { setUp } from './support/setup.mjs';

const STEP = 30;
let pool, admin, stop, client;

before(async () => {
  ({ pool, admin, stop } = await setUp());
  await admin.setUserPoolMfaConfig({
    UserPoolId: pool.id,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
  });
  client = await pool.client();
});

after(() => stop());

/** What an app shows in a step, by RFC 6238. */
function shown(secret, step) {
  const bits = [...secret].map((letter) => {
    return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0');
  });
  const bytes = bits.join('').match(/.{8}/g);
  const seed = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', seed).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A step is good once: each code is of a step that was not shown before, the first of the one before now. */
function appOf(secret) {
  let next = Math.floor(Date.now() / 1000 / STEP) - 1;
  return () => {
    next = Math.max(next, Math.floor(Date.now() / 1000 / STEP) - 1) + 1;
    return shown(secret, next - 1);
  };
}

function cognitoUser(email) {
  const userPool = new CognitoUserPool({
    UserPoolId: pool.id,
    ClientId: client.ClientId,
    endpoint: pool.endpoint,
  });
  return new CognitoUser({ Username: email, Pool: userPool });
}

/** Turns the library's callbacks into what happened. */
function step(call) {
  return new Promise((resolve, reject) => {
    const happened = (name) => (value) => resolve([name, value]);
    const names = ['onSuccess', 'totpRequired', 'mfaRequired', 'selectMFAType', 'associateSecretCode'];
    call({ onFailure: reject, ...Object.fromEntries(names.map((name) => [name, happened(name)])) });
  });
}

const signIn = (user, person) => {
  const details = new AuthenticationDetails({ Username: person.email, Password: person.password });
  return step((callbacks) => user.authenticateUser(details, callbacks));
};

test('registers an app, prefers it, and signs in with its codes', async () => {
  const person = await pool.user();
  const user = cognitoUser(person.email);
  assert.equal((await signIn(user, person))[0], 'onSuccess');
  const [associated, secret] = await step((callbacks) => user.associateSoftwareToken(callbacks));
  assert.equal(associated, 'associateSecretCode');
  const code = appOf(secret);
  const [verified] = await step((callbacks) => user.verifySoftwareToken(code(), 'phone', callbacks));
  assert.equal(verified, 'onSuccess');
  await new Promise((resolve, reject) => {
    const app = { PreferredMfa: true, Enabled: true };
    user.setUserMfaPreference(null, app, (error, said) => (error ? reject(error) : resolve(said)));
  });
  const again = cognitoUser(person.email);
  assert.equal((await signIn(again, person))[0], 'totpRequired');
  await assert.rejects(
    step((callbacks) => again.sendMFACode('abcdef', callbacks, 'SOFTWARE_TOKEN_MFA')),
    { name: 'CodeMismatchException', message: 'Invalid code received for user' },
  );
  const [done, session] = await step((callbacks) => {
    again.sendMFACode(code(), callbacks, 'SOFTWARE_TOKEN_MFA');
  });
  assert.equal(done, 'onSuccess');
  assert.equal(session.getIdToken().payload.email, person.email);
});
