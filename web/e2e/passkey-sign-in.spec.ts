/** A passkey in place of the password, in each of the three faces: Chromium with a virtual authenticator. */
import type { Page } from '@playwright/test';
import { plugIn } from './support/authenticator';
import { expect, expectAccessible } from './support/fixtures';
import { HOSTS, test as base } from './support/hosts';
import { tokenOf, createChoicePool } from './support/factor-pools';
import { Pool } from './support/server';

const test = base.extend<object, { pool: Pool }>({
  pool: [async ({ server }, use) => use(await createChoicePool(server)), { scope: 'worker' }],
});

/** As a page does in which somebody is signed in. */
async function register(page: Page, endpoint: string, token: string): Promise<void> {
  await page.evaluate(
    async ([url, AccessToken]) => {
      const call = async (operation: string, body: object) => {
        const target = `AWSCognitoIdentityProviderService.${operation}`;
        const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
        const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
        return (await answer.json()) as {
          CredentialCreationOptions: PublicKeyCredentialCreationOptionsJSON;
        };
      };
      const begun = await call('StartWebAuthnRegistration', { AccessToken });
      const { CredentialCreationOptions } = begun;
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(CredentialCreationOptions);
      const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
      await call('CompleteWebAuthnRegistration', { AccessToken, Credential: made.toJSON() });
    },
    [`${endpoint}/`, token] as const,
  );
}

for (const host of HOSTS) {
  test.describe(host, () => {
    test.use({ host });

    test('signs in; says what happened when it does not; and a mailed code does, too', async ({
      page,
      server,
      pool,
      person,
      open,
    }) => {
      test.slow();
      const { cdp, authenticatorId } = await plugIn(page);
      let signIn = await open();
      const button = page.getByRole('button', { name: 'Sign in with a passkey' });
      await expect(button).toBeVisible();
      await expectAccessible(page, 'with passkeys');
      await button.click();
      await expect(signIn.alert).toHaveText('Enter your email.');

      // Nobody has one yet: what there is instead is offered.
      await signIn.email.fill(person.email);
      await button.click();
      await expect(page.getByRole('heading', { name: 'Choose how to go on' })).toBeVisible();
      await expectAccessible(page, 'a choice');
      const before = (await server.mailsTo(person.email)).length;
      await page.getByRole('button', { name: 'Email', exact: true }).click();
      const first = await server.otpAfter(person.email, before);
      await page.getByRole('button', { name: 'Send a new code' }).click();
      const mailed = await server.otpAfter(person.email, before + 1);
      const code = page.getByLabel('Code', { exact: true });
      await expect(code).toBeFocused();
      await code.fill(first);
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toHaveText('That code isn’t right.');
      await code.fill(mailed);
      await page.keyboard.press('Enter');
      await signIn.expectSignedIn();

      const endpoint = host === 'Angular' ? new URL(page.url()).origin : server.url;
      await register(page, endpoint, await tokenOf(server, pool, person));
      if (host === 'Angular')
        await page.getByRole('button', { name: 'Sign out', exact: true }).click();
      else signIn = await open();
      await signIn.email.fill(person.email);
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
      await button.click();
      await expect(signIn.alert).toContainText('The passkey didn’t work.');
      await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
      await button.click();
      await signIn.expectSignedIn();
    });
  });
}
