import { randomBytes } from 'node:crypto';
import { expect, expectAccessible, test } from './support/fixtures';

/** The page that the server itself makes for the link in a sign-up's mail. */

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('a sign-up’s link: pressed twice, reloaded, opened again and one that is too old', async ({
      page,
      server,
    }) => {
      const ClientId = await server.createSignUpClient();
      const email = `eve.${randomBytes(6).toString('hex')}@example.com`;
      const person = { ClientId, Username: email };
      const older = await server.mailLink('SignUp', { ...person, Password: 'Correct-Horse-9!' });
      const newest = await server.mailLink('ResendConfirmationCode', person);
      const heading = page.getByRole('heading', { level: 1 });
      const press = () => page.getByRole('button', { name: 'Confirm' }).click();

      await page.goto(older);
      await expect(heading).toHaveText('Confirm your registration');
      await expect(page.getByText('Press the button, and you can sign in.')).toBeVisible();
      const button = page.getByRole('button', { name: 'Confirm' });
      const colour = colorScheme === 'light' ? 'rgb(11, 100, 104)' : 'rgb(111, 211, 205)';
      await expect(button).toHaveCSS('background-color', colour);
      await expectAccessible(page, 'asked');
      await press();
      await expect(heading).toHaveText('Not confirmed');
      await expect(page.getByText('Open the one in the newest mail')).toBeVisible();

      await page.goto(newest);
      await page.getByRole('button', { name: 'Confirm' }).dblclick();
      await expect(heading).toHaveText('Registration confirmed');
      await page.reload();
      await expect(heading).toHaveText('Registration confirmed');
      await expect(page.getByText('This registration is confirmed already.')).toBeVisible();
      await page.goto(newest);
      await press();
      await expect(page.getByText('This registration is confirmed already.')).toBeVisible();
      await expectAccessible(page, 'confirmed');
    });
  });
}
