/** AWS Amplify v6 for people who sign up and are signed in with that, by `USER_AUTH`. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Amplify } from 'aws-amplify';
import { autoSignIn, confirmSignUp, fetchUserAttributes, signOut, signUp } from 'aws-amplify/auth';
import { cognitoUserPoolsTokenProvider } from 'aws-amplify/auth/cognito';
import { sharedInMemoryStorage } from 'aws-amplify/utils';
import { setUp } from './support/setup.mjs';

let admin, pool, stop;

// Amplify listens for three minutes for a confirmation elsewhere, which nothing has to wait for.
const { setTimeout: begin } = globalThis;
globalThis.setTimeout = (act, ms, ...rest) => {
  const timer = begin(act, ms, ...rest);
  return ms >= 60_000 ? timer.unref() : timer;
};

before(async () => {
  ({ admin, pool, stop } = await setUp());
  await admin.updateUserPool({
    UserPoolId: pool.id,
    AutoVerifiedAttributes: ['email'],
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD', 'EMAIL_OTP'] } },
  });
  const flows = ['ALLOW_USER_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'];
  const { ClientId } = await pool.client({ ExplicitAuthFlows: flows });
  Amplify.configure({
    Auth: {
      Cognito: { userPoolId: pool.id, userPoolClientId: ClientId, userPoolEndpoint: pool.endpoint },
    },
  });
  cognitoUserPoolsTokenProvider.setKeyValueStorage(sharedInMemoryStorage);
});

after(() => stop());

test('is signed in by the code of the sign-up, without another', async () => {
  const username = `ada.${randomBytes(6).toString('hex')}@example.com`;
  const { nextStep } = await signUp({
    username,
    password: 'Correct-Horse-9!',
    options: { userAttributes: { email: username }, autoSignIn: { authFlowType: 'USER_AUTH' } },
  });
  assert.equal(nextStep.signUpStep, 'CONFIRM_SIGN_UP');
  const confirmationCode = await pool.codeFor(username);
  const confirmed = await confirmSignUp({ username, confirmationCode });
  assert.equal(confirmed.nextStep.signUpStep, 'COMPLETE_AUTO_SIGN_IN');
  const { isSignedIn } = await autoSignIn();
  assert.equal(isSignedIn, true);
  assert.equal((await fetchUserAttributes()).email_verified, 'true');
  assert.equal((await pool.mailsTo(username)).length, 1);
  await signOut();
});
