/** Codes by text message, in each of the three faces: in place of the password, and after it. The inbox shows them. */
import { randomInt } from 'node:crypto';
import { createTextPool } from './support/factor-pools';
import { expect, expectAccessible } from './support/fixtures';
import { HOSTS, test as base } from './support/hosts';
import { Pool } from './support/server';

const test = base.extend<{ phone: string }, { pool: Pool }>({
  pool: [async ({ server }, use) => use(await createTextPool(server)), { scope: 'worker' }],
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
  phone: async ({}, use) => use(`+1555${randomInt(1_000_000, 9_999_999)}`),
  person: async ({ server, pool, phone }, use) => use(await server.createPerson(pool, { phone })),
});

for (const host of HOSTS) {
  test.describe(host, () => {
    test.use({ host });

    test('a texted code stands for the password, is sent anew, and is a second factor', async ({
      page,
      server,
      pool,
      person,
      phone,
      open,
    }) => {
      let signIn = await open();
      const heading = page.getByRole('heading', { level: 1 });
      const code = page.getByLabel('Code', { exact: true });
      await signIn.email.fill(person.email);
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await expect(heading).toHaveText('Choose how to go on');
      await page.getByRole('button', { name: 'Text message' }).click();
      await expect(heading).toHaveText('Text message');
      await expect(page.getByText(phone.slice(-4))).toBeVisible();
      await expectAccessible(page, 'a texted code');
      const first = await server.codeAfter(phone, 0, 8);
      await page.getByRole('button', { name: 'Send a new code' }).click();
      const renewed = await server.codeAfter(phone, 1, 8);
      expect(renewed).not.toBe(first);
      await expect(code).toBeFocused();
      await code.fill(first);
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toHaveText('That code isn’t right.');
      await code.fill(renewed);
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();

      await server.call('AdminSetUserMFAPreference', {
        UserPoolId: pool.userPoolId,
        Username: person.email,
        SMSMfaSettings: { Enabled: true, PreferredMfa: true },
      });
      if (host === 'Angular')
        await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      else signIn = await open();
      await signIn.submitLogin();
      await expect(heading).toHaveText('Text message');
      const second = await server.codeAfter(phone, 2, 6);
      // The service resends no second factor: a new code comes of a new sign-in.
      await expect(page.getByRole('button', { name: 'Send a new code' })).toBeHidden();
      await expect(page.getByRole('button', { name: 'Start again' })).toBeVisible();
      await code.fill(second);
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();
    });
  });
}
