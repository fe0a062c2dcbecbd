import { expect, test } from './support/fixtures';

test('an invited person chooses a password, types the code and is signed in', async ({
  page,
  server,
  pool,
  signIn,
}) => {
  const person = await server.createPerson(pool, { temporary: true });
  await signIn.open();
  await signIn.submitLogin(person);
  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await expect(page).toHaveTitle('Choose a new password – Poolhouse');
  const field = page.getByLabel('New password', { exact: true });
  await expect(field).toBeFocused();
  await expect(field).toHaveAttribute('autocomplete', 'new-password');

  // The rules are ticked as they are met, and a password that meets some is not sent.
  const met = page.locator('.si-rule--met');
  await page.keyboard.type('abcdefgh');
  await expect(met).toHaveText([/8 characters or more/, /A small letter/]);
  await page.keyboard.press('Enter');
  await expect(field).toHaveAccessibleDescription(/^This password doesn’t meet the rules\./);
  await field.fill('Chosen-Horse-9!');
  await expect(met).toHaveCount(5);
  await page.keyboard.press('Enter');

  await expect(signIn.code).toBeFocused();
  await expect(
    page.getByText('Your new password counts once the code is confirmed.'),
  ).toBeVisible();
  await page.keyboard.type(await server.codeFor(person.email));
  await signIn.expectSignedIn();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signIn.submitLogin({ ...person, password: 'Chosen-Horse-9!' });
  await expect(signIn.code).toBeFocused();
});

test('a pool that refuses the new password says so (the refusal is made on the way)', async ({
  page,
  server,
  pool,
  signIn,
}) => {
  await page.route(
    (url) => url.pathname === '/',
    (route) => {
      const body = (route.request().postData() ?? '').includes('NEW_PASSWORD_REQUIRED');
      if (!body) return route.fallback();
      const message = 'Password did not conform with policy: Password has been used before';
      return route.fulfill({ status: 400, json: { __type: 'InvalidPasswordException', message } });
    },
  );
  await signIn.open();
  await signIn.submitLogin(await server.createPerson(pool, { temporary: true }));
  await page.getByLabel('New password', { exact: true }).fill('Chosen-Horse-9!');
  await page.keyboard.press('Enter');
  await expect(signIn.alert).toHaveText('This password doesn’t meet the rules. Choose another.');
  await page.getByRole('button', { name: 'Use a different account' }).click();
  await expect(signIn.email).toBeFocused();
});

test('where tokens need a code, the form signs in once more by itself (as Cognito with REQUIRE_CODE; made on the way)', async ({
  page,
  server,
  pool,
  signIn,
}) => {
  const person = await server.createPerson(pool, { temporary: true });
  // The server sets the password; the page is told what a pre-token trigger would say.
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      const body = (route.request().postData() ?? '').includes('NEW_PASSWORD_REQUIRED');
      if (!body) return route.fallback();
      await server.setPassword(pool, person.email, 'Chosen-Horse-9!');
      const message =
        'PreTokenGeneration failed with error Your new password is set. Please sign in with it.';
      const failure = { __type: 'UserLambdaValidationException', message };
      return route.fulfill({ status: 400, json: failure });
    },
  );
  await signIn.open();
  await signIn.submitLogin(person);
  await page.getByLabel('New password', { exact: true }).fill('Chosen-Horse-9!');
  await page.keyboard.press('Enter');
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type(await server.codeFor(person.email));
  await signIn.expectSignedIn();
});
