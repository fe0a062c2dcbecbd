/** Second factors with amazon-cognito-identity-js: an authenticator app, registered and asked for. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { appOf } from './support/app.mjs';
import { setUp } from './support/setup.mjs';

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
