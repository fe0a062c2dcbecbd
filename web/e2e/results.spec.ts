/**
 * R3 of the flow: every `result`, `mail` and `opens` reads as what it is. Most of these the server
 * does not say yet, or only after hours: the answer is made on its way to the page.
 */
import { isWait } from './support/ageing';
import { answersSay } from './support/answers';
import { expect, expectAccessible, test } from './support/fixtures';

/** An answer may still be under way when a test has seen what it came for. */
test.afterEach(({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }));

const HELD = { result: 'held', expiresIn: '0', resendIn: '2', attemptsLeft: '3' };

test('r3: held says why no code comes, counts down, and sends one when asked', async ({
  page,
  signIn,
}) => {
  const sent = { result: 'sent', expiresIn: '300', resendIn: '30' };
  await page.clock.install();
  await answersSay(page, HELD, sent);
  await signIn.open();
  await signIn.submitLogin();
  await expect(page.getByRole('heading', { name: 'Your code has to wait' })).toBeFocused();
  // How long that is, the button says: a minute, or a quarter of an hour.
  const held =
    'We haven’t sent a code yet, because too many were asked for lately. You can have one after the wait.';
  await expect(page.getByText(held)).toBeVisible();
  await expect(page.getByText('We sent a code to')).toBeHidden();
  await expect(signIn.code).toBeHidden();
  await expect(page.getByRole('button', { name: 'Send a new code in 0:0' })).toBeVisible();
  await page.clock.fastForward(2_000);
  await expectAccessible(page, 'held');
  await page.getByRole('button', { name: 'Send a new code', exact: true }).click();
  await expect(page.getByText('We sent the code.')).toBeVisible();
  await expect(signIn.code).toBeFocused();
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

for (const [mail, sentence] of [
  ['refused', 'Mail to this address comes back. Ask your administrator to check it.'],
  ['failed', 'We couldn’t send your code. Wait a minute, then try again.'],
] as const) {
  test(`r3: held because a mail was ${mail} says that, and asks for no patience`, async ({
    page,
    signIn,
  }) => {
    await answersSay(page, { ...HELD, mail });
    await signIn.open();
    await signIn.submitLogin();
    await expect(page.getByRole('heading', { name: 'Your code wasn’t sent' })).toBeFocused();
    await expect(page).toHaveTitle('Your code wasn’t sent – Poolhouse');
    await expect(page.getByText(sentence)).toHaveCount(1);
    await expect(page.getByText('too many were asked for')).toBeHidden();
    await expectAccessible(page, 'held by the mail');
  });
}

test('r3: the code before the newest one is said to be that, and costs no new mail', async ({
  page,
  signIn,
}) => {
  await answersSay(page, {}, { result: 'expired', expiresIn: '200' });
  await signIn.open();
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.wrongCode());
  await expect(signIn.alert).toHaveText('That was an earlier code. Enter the newest one.');
  await expectAccessible(page, 'replaced');
  await expect(page.getByRole('button', { name: 'Verify' })).toBeVisible();
  await page.keyboard.type(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('r3: locked waits in the form, and survives a refresh of the page', async ({
  page,
  signIn,
}) => {
  await answersSay(page, { ...HELD, result: 'locked', resendIn: '400' });
  await signIn.open();
  await signIn.submitLogin();
  await expect(page.getByText('Too many wrong codes. You can have a new code')).toBeVisible();
  await expectAccessible(page, 'locked');
  await page.reload();
  const wait = page.getByRole('button', { name: /^Send a new code in 6:\d\d$/ });
  await expect(wait).toHaveAttribute('aria-disabled', 'true');
});

for (const [parameters, sentence] of [
  [{ result: 'closed', opens: 'password' }, 'A new password opens it again.'],
  [{ result: 'closed', opens: 'administrator' }, 'Your administrator can open it again.'],
  [{ result: 'locked', opens: 'administrator' }, 'Your administrator can open it again.'],
] as const) {
  test(`r3: ${parameters.result}, opened by ${parameters.opens}, says so and ends`, async ({
    page,
    signIn,
  }) => {
    await answersSay(page, { ...parameters, resendIn: undefined });
    await signIn.open();
    await signIn.submitLogin();
    await expect(signIn.alert).toHaveText(
      `After many wrong codes this account doesn’t take codes any more. ${sentence}`,
    );
    await expectAccessible(page, 'closed');
    await page.getByRole('button', { name: 'Start again' }).click();
    await expect(signIn.password).toBeFocused();
  });
}

test('r3: used says so and offers a new code', async ({ page, signIn }) => {
  await answersSay(page, { resendIn: '0' }, { result: 'used', resendIn: '0' });
  await signIn.open();
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.wrongCode());
  await expect(signIn.alert).toHaveText('This code has been used already. Send a new one.');
  await expect(page.getByRole('button', { name: 'Send a new code', exact: true })).toBeEnabled();
  await expectAccessible(page, 'used');
});

for (const [mail, sentence] of [
  ['failed', 'We couldn’t send the mail. A code we sent earlier still works.'],
  ['refused', 'Mail to this address comes back. Ask your administrator to check it.'],
] as const) {
  test(`r3: not_sent with mail ${mail} says what became of it`, async ({ page, signIn }) => {
    await answersSay(page, { resendIn: '0' }, { result: 'not_sent', mail });
    await signIn.open();
    await signIn.submitLogin();
    await page.getByRole('button', { name: 'Send the code again', exact: true }).click();
    await expect(signIn.alert).toHaveText(sentence);
    await expectAccessible(page, 'not sent');
    await signIn.code.fill(await signIn.mailedCode());
    await signIn.expectSignedIn();
  });
}

test('r3: a mail that came back is said beside a wrong code too', async ({ page, signIn }) => {
  await answersSay(page, {}, { result: 'wrong', mail: 'refused' });
  await signIn.open();
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.wrongCode());
  await expect(signIn.alert).toContainText('That code isn’t right.');
  await expect(page.getByText('Mail to this address comes back.')).toBeVisible();
});

test('r6: an address that is not verified names the administrator', async ({ page, signIn }) => {
  await page.route(
    (url) => url.pathname === '/',
    (route) => {
      const target = route.request().headers()['x-amz-target'] ?? '';
      if (!target.endsWith('.RespondToAuthChallenge')) return route.fallback();
      const message =
        'CreateAuthChallenge failed with error No confirm code can be sent to this account. Please contact support.';
      const failure = { __type: 'UserLambdaValidationException', message };
      return route.fulfill({ status: 400, json: failure });
    },
  );
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.alert).toContainText('its address isn’t verified. Ask your administrator.');
  await expectAccessible(page, 'unverified');
});

test('d2: a sign-in that fails in the code step has ended, and is no wrong password', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  await page.route(
    (url) => url.pathname === '/',
    (route) => {
      const message = 'Incorrect username or password.';
      return route.fulfill({ status: 400, json: { __type: 'NotAuthorizedException', message } });
    },
  );
  await page.keyboard.type(await signIn.wrongCode());
  await expect(signIn.alert).toHaveText('This sign-in has ended. Start again.');
});

test('c6: half a session without an answer asks for more time, and the typed digits stay', async ({
  page,
  signIn,
}) => {
  await page.clock.install();
  await answersSay(page, { signIn: 'named' }, { signIn: 'named', result: 'sent' });
  await signIn.open();
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('123');
  const sent = page.waitForRequest(isWait);
  await page.clock.fastForward(91_000);
  expect((await sent).postDataJSON()).toMatchObject({
    ClientMetadata: { action: 'wait', signIn: 'named' },
  });
  await expect(signIn.code).toHaveValue('123');
  await expect(signIn.alert).toBeHidden();
});

test('the place token is kept after a right code, and goes along with the next password', async ({
  page,
  signIn,
}) => {
  await answersSay(page, { deviceToken: 'been-here' });
  await signIn.open();
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.mailedCode());
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  const proof = page.waitForRequest((request) =>
    (request.postData() ?? '').includes('PASSWORD_VERIFIER'),
  );
  await signIn.submitLogin();
  expect((await proof).postDataJSON()).toMatchObject({
    ClientMetadata: { deviceToken: 'been-here' },
  });
});

test('a device that may be remembered is offered so, and asked for beside the code', async ({
  page,
  signIn,
}) => {
  await answersSay(page, { rememberDays: '30' });
  await signIn.open();
  await signIn.submitLogin();
  await page.getByRole('checkbox', { name: 'Remember this device for 30 days' }).check();
  await expectAccessible(page, 'remember');
  const answer = page.waitForRequest((request) => (request.postData() ?? '').includes('ANSWER'));
  await signIn.code.fill(await signIn.mailedCode());
  expect((await answer).postDataJSON()).toMatchObject({
    ClientMetadata: { rememberDevice: 'true' },
  });
});
