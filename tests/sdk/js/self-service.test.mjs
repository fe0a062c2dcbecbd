/** amazon-cognito-identity-js for people who sign up, confirm, and forget their password. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';
import { setUp, wrong } from './support/setup.mjs';

const PASSWORD = 'Correct-Horse-9!';
const NEW = 'Battery-Staple-1';
const MISMATCH = {
  name: 'CodeMismatchException',
  message: 'Invalid verification code provided, please try again.',
};

let admin, pool, stop, userPool;

before(async () => {
  ({ admin, pool, stop } = await setUp());
  const { UserPool } = await admin.describeUserPool({ UserPoolId: pool.id });
  await admin.updateUserPool({
    UserPoolId: pool.id,
    LambdaConfig: UserPool.LambdaConfig,
    AutoVerifiedAttributes: ['email'],
  });
  const { ClientId } = await pool.client();
  userPool = new CognitoUserPool({ UserPoolId: pool.id, ClientId, endpoint: pool.endpoint });
});

after(() => stop());

const person = () => `ada.${randomBytes(6).toString('hex')}@example.com`;
const cognitoUser = (email) => new CognitoUser({ Username: email, Pool: userPool });

/** A call whose last argument is `(error, result)`. */
function result(call) {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** What a user is asked after the right password. */
function asked(user, password) {
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const details = new AuthenticationDetails({ Username: user.getUsername(), Password: password });
  return new Promise((resolve, reject) => {
    user.authenticateUser(details, {
      onSuccess: () => resolve('tokens'),
      onFailure: reject,
      customChallenge: () => resolve('customChallenge'),
    });
  });
}

async function signUp(email) {
  const attributes = [new CognitoUserAttribute({ Name: 'email', Value: email })];
  return result((done) => userPool.signUp(email, PASSWORD, attributes, [], done));
}

/** The code in the newest of more mails than were seen. */
async function codeAfter(email, seen) {
  while ((await pool.mailsTo(email)).length <= seen) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return pool.codeFor(email);
}

test('signs up, confirms, and is asked for a code at the first sign-in', async () => {
  const email = person();
  const { user, userConfirmed, codeDeliveryDetails } = await signUp(email);
  assert.equal(userConfirmed, false);
  assert.equal(codeDeliveryDetails.Destination, 'a***@e***');
  await assert.rejects(asked(user, PASSWORD), {
    name: 'UserNotConfirmedException',
    message: 'User is not confirmed.',
  });
  await codeAfter(email, 0);
  await result((done) => user.resendConfirmationCode(done));
  const code = await codeAfter(email, 1);
  await assert.rejects(result((done) => user.confirmRegistration(wrong(code), false, done)), MISMATCH);
  assert.equal(await result((done) => user.confirmRegistration(code, false, done)), 'SUCCESS');
  assert.equal(await asked(user, PASSWORD), 'customChallenge');
});

test('is told of a name in use', async () => {
  const email = person();
  await signUp(email);
  await assert.rejects(signUp(email), {
    name: 'UsernameExistsException',
    message: 'User already exists',
  });
});

test('sets a password in place of a forgotten one', async () => {
  const email = person();
  const { user } = await signUp(email);
  const first = await codeAfter(email, 0);
  await result((done) => user.confirmRegistration(first, false, done));
  const forgetful = cognitoUser(email);
  const details = await new Promise((resolve, reject) => {
    forgetful.forgotPassword({ onSuccess: resolve, onFailure: reject, inputVerificationCode: resolve });
  });
  assert.equal(details.CodeDeliveryDetails.Destination, 'a***@e***');
  const code = await codeAfter(email, 1);
  const confirm = (typed) =>
    new Promise((resolve, reject) => {
      forgetful.confirmPassword(typed, NEW, { onSuccess: resolve, onFailure: reject });
    });
  await assert.rejects(confirm(wrong(code)), MISMATCH);
  assert.equal(await confirm(code), 'SUCCESS');
  assert.equal(await asked(cognitoUser(email), NEW), 'customChallenge');
});
