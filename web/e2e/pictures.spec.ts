/**
 * A sign-in from the password to the account, as a person sees it. `npm run pictures` keeps the pictures
 * in docs/images, where the README shows them.
 */
import { Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { expect, test as base } from './support/fixtures';
import { Server } from './support/server';

const KEPT = fileURLToPath(new URL('../../docs/images/', import.meta.url));

const test = base.extend<{ picture: (name: string) => Promise<void> }>({
  /** Somebody with a name: the pictures show both. One for each scheme, whose mails are her own. */
  person: async ({ server, pool, colorScheme }, use) => {
    const email = colorScheme === 'dark' ? 'ana.silva@example.com' : 'ana@example.com';
    await use(await server.createPerson(pool, { email, name: 'Ana Silva' }));
  },
  picture: async ({ page }, use, testInfo) => {
    const folder = process.env['PICTURES'] ? KEPT : testInfo.outputPath('');
    await use(async (name) => {
      await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
    });
  },
});

test.use({ viewport: { width: 640, height: 640 }, deviceScaleFactor: 2 });

/** The mail that comes after those that an earlier run has left. */
async function nextMail(server: Server, email: string, before: number) {
  await expect.poll(async () => (await server.mailsTo(email)).length).toBeGreaterThan(before);
  const [mail] = await server.mailsTo(email);
  if (!mail) throw new Error('The mail is gone.');
  return { mail, code: /(?<!\d)\d{6}(?!\d)/.exec(mail.text)?.[0] ?? '' };
}

/** The inbox with one mail in it, whoever else uses the server. */
async function showOnly(page: Page, mail: object): Promise<void> {
  await page.route('**/inbox/api/messages', (route) => route.fulfill({ json: [mail] }));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('a sign-in in pictures', async ({ page, person, server, signIn, picture }) => {
      const before = (await server.mailsTo(person.email)).length;
      await signIn.open();
      await signIn.email.fill(person.email);
      await signIn.password.fill(person.password);
      await picture(`sign-in-${colorScheme}`);
      await signIn.submitLogin();
      await signIn.awaitCode();
      const { mail, code } = await nextMail(server, person.email, before);
      await page.keyboard.type(code.slice(0, 4));
      await picture(`code-${colorScheme}`);
      await page.keyboard.type(code.slice(4));
      await expect(page.getByRole('heading', { name: 'Welcome, Ana Silva' })).toBeVisible();
      await picture(`account-${colorScheme}`);

      await showOnly(page, mail);
      await page.setViewportSize({ width: 1100, height: 640 });
      await page.goto(`${server.url}/inbox`);
      await expect(page.frameLocator('iframe').getByText(code).first()).toBeVisible();
      await picture(`inbox-${colorScheme}`);
    });
  });
}
