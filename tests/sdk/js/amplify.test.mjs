/** AWS Amplify v6 as its users use it. It has one configuration for the whole process, so the tests run in turn. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { Amplify } from 'aws-amplify';
import {
  confirmSignIn,
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  signIn,
  signOut,
  updatePassword,
} from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { sessionStorage, sharedInMemoryStorage } from 'aws-amplify/utils';
import { WRONG_PASSWORD, setUp, wrong } from './support/setup.mjs';

let pool, stop, client;

before(async () => {
  ({ pool, stop } = await setUp());
  client = await pool.client();
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
});

afterEach(async () => {
  await sharedInMemoryStorage.clear();
  await sessionStorage.clear();
});

after(() => stop());

const ASKED_FOR_CODE = 'CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE';

function start({ email, password }, authFlowType = 'CUSTOM_WITH_SRP') {
  return signIn({ username: email, password, options: { authFlowType } });
}

test('signs in with password and code, refreshes and signs out', async () => {
  const person = await pool.user();
  const { nextStep } = await start(person);
  assert.equal(nextStep.signInStep, ASKED_FOR_CODE);
  assert.equal(nextStep.additionalInfo.CODE_DELIVERY_DESTINATION, 'a***@e***');
  const { isSignedIn } = await confirmSignIn({
    challengeResponse: await pool.codeFor(person.email),
  });
  assert.equal(isSignedIn, true);
  const { signInDetails, username, userId } = await getCurrentUser();
  assert.equal(signInDetails.loginId, person.email);
  assert.equal(username, userId);
  assert.equal((await fetchUserAttributes()).email, person.email);

  const first = (await fetchAuthSession()).tokens;
  const second = (await fetchAuthSession({ forceRefresh: true })).tokens;
  assert.notEqual(second.accessToken.toString(), first.accessToken.toString());
  assert.equal(second.idToken.payload.email, person.email);

  await signOut({ global: true });
  assert.equal((await fetchAuthSession()).tokens, undefined);
});

test('is told of a wrong code by the same step, three times at most', async () => {
  const person = await pool.user();
  await start(person);
  const code = await pool.codeFor(person.email);
  for (const attemptsLeft of ['2', '1']) {
    const { nextStep } = await confirmSignIn({ challengeResponse: wrong(code) });
    assert.equal(nextStep.signInStep, ASKED_FOR_CODE);
    assert.equal(nextStep.additionalInfo.attemptsLeft, attemptsLeft);
  }
  await assert.rejects(confirmSignIn({ challengeResponse: wrong(code) }), WRONG_PASSWORD);
});

test('is told of a wrong password and of an unknown user in the same words', async () => {
  const person = await pool.user();
  await assert.rejects(start({ ...person, password: 'Wrong-Horse-9!' }), WRONG_PASSWORD);
  await assert.rejects(start({ ...person, email: 'nobody@example.com' }), WRONG_PASSWORD);
});

test('changes a temporary password and is still asked for the code', async () => {
  const person = await pool.user({ permanent: false });
  const { nextStep } = await start(person);
  assert.equal(nextStep.signInStep, 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED');
  const then = await confirmSignIn({ challengeResponse: 'Another-Horse-10!' });
  assert.equal(then.nextStep.signInStep, ASKED_FOR_CODE);
  const { isSignedIn } = await confirmSignIn({
    challengeResponse: await pool.codeFor(person.email),
  });
  assert.equal(isSignedIn, true);
});

test('signs in by SRP alone and changes the password', async () => {
  const person = await pool.user();
  assert.equal((await start(person, 'USER_SRP_AUTH')).isSignedIn, true);
  await updatePassword({ oldPassword: person.password, newPassword: 'Another-Horse-10!' });
  await signOut();
  await assert.rejects(start(person, 'USER_SRP_AUTH'), WRONG_PASSWORD);
  const changed = { ...person, password: 'Another-Horse-10!' };
  assert.equal((await start(changed, 'USER_SRP_AUTH')).isSignedIn, true);
});
