/** Second factors at the sign-in, once for each of its three faces: set up on the way, asked for, chosen. */
import { expect, expectAccessible, otherThan } from './support/fixtures';
import { HOSTS, test as base } from './support/hosts';
import { appCode } from './support/people';
import { createFactorPool, askForFactors, allowBothFactors } from './support/factor-pools';
import { Pool } from './support/server';

const test = base.extend<object, { pool: Pool }>({
  pool: [async ({ server }, use) => use(await createFactorPool(server)), { scope: 'worker' }],
});

for (const host of HOSTS) {
  test.describe(host, () => {
    test.use({ host });

    test('an app is set up on the way, asked for the next time, and one of two after that', async ({
      page,
      server,
      pool,
      person,
      open,
    }) => {
      test.slow();
      await askForFactors(server, pool, false);
      const heading = page.getByRole('heading', { level: 1 });
      const again = async () => {
        if (host !== 'Angular') return open();
        await page.getByRole('button', { name: 'Sign out', exact: true }).click();
        return signIn;
      };
      let signIn = await open();
      await signIn.submitLogin();
      await expect(heading).toHaveText('Set up an app');
      const code = page.getByLabel('Code from the app');
      await expect(code).toBeFocused();
      await expect(page.getByRole('img', { name: 'QR code with the key below' })).toBeVisible();
      await expectAccessible(page, 'set-up');
      const key = await page.locator('code').innerText();
      await page.keyboard.press('Enter');
      await expect(page.getByText('Fill in this field.')).toBeVisible();
      await code.fill(otherThan(appCode(key)));
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toContainText('That code isn’t right.');
      await code.fill(appCode(key).replace(/^.../, '$& '));
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();

      signIn = await again();
      await signIn.submitLogin();
      await expect(heading).toHaveText('Authenticator app');
      await expect(code).toBeFocused();
      await page.keyboard.type(otherThan(appCode(key, 1)));
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toContainText('Wait for the app’s next one');
      await expectAccessible(page, 'a wrong code');
      await page.keyboard.type(appCode(key, 1));
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();

      await askForFactors(server, pool, true);
      await allowBothFactors(server, pool, person.email);
      signIn = await again();
      await signIn.submitLogin();
      await expect(heading).toHaveText('Choose how to go on');
      await expect(page.getByRole('button', { name: 'Authenticator app' })).toBeFocused();
      await expectAccessible(page, 'a choice');
      const before = (await server.mailsTo(person.email)).length;
      await page.getByRole('button', { name: 'Email', exact: true }).press('Enter');
      await expect(heading).toHaveText('Check your email');
      const mailed = await server.otpAfter(person.email, before);
      await expect(page.getByLabel('Code', { exact: true })).toBeFocused();
      await page.keyboard.type(otherThan(mailed));
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toHaveText('That code isn’t right.');
      // The service resends no second factor: a new code comes of a new sign-in.
      await expect(page.getByRole('button', { name: 'Send a new code' })).toBeHidden();
      await page.getByRole('button', { name: 'Start again' }).click();
      await signIn.submitLogin();
      await page.getByRole('button', { name: 'Email', exact: true }).click();
      await expect(heading).toHaveText('Check your email');
      const renewed = await server.otpAfter(person.email, before + 1);
      await expect(page.getByLabel('Code', { exact: true })).toBeFocused();
      await page.keyboard.type(renewed);
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();
    });

    test('a step that the forms do not have says so', async ({ page, open }) => {
      const signIn = await open();
      await page.route(
        (url) => url.pathname === '/',
        async (route) => {
          const body = route.request().postData() ?? '';
          if (!body.includes('PASSWORD_VERIFIER')) return route.fallback();
          const unknown = {
            ChallengeName: 'DOOR_BELL',
            Session: 's'.repeat(20),
            ChallengeParameters: {},
          };
          const headers = { 'access-control-allow-origin': '*' };
          return route.fulfill({ json: unknown, headers });
        },
      );
      await signIn.submitLogin();
      await expect(signIn.alert).toContainText('a step that isn’t available here');
      await expect(signIn.email).toBeVisible();
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    });
  });
}

test.describe('from right to left, in the dark', () => {
  test.use({ host: '<ph-sign-in>', colorScheme: 'dark' });

  test('the set-up reads as it should', async ({ page, server, pool, person, open }) => {
    await askForFactors(server, pool, false);
    await open('he');
    await page.getByLabel('דוא״ל').fill(person.email);
    await page.getByLabel('סיסמה', { exact: true }).fill(person.password);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: 'הגדרת אפליקציה' })).toBeVisible();
    await expect(page.locator('code')).toHaveAttribute('dir', 'ltr');
    await expectAccessible(page, 'set-up');
  });
});
