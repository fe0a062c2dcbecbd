import { Page } from '@playwright/test';
import { expect, otherThan, test as base } from '../e2e/support/fixtures';
import { RelyingParty, relyingParty } from '../e2e/support/relying-party';
import { Person, Pool } from '../e2e/support/server';

interface Hosted {
  readonly pool: Pool;
  readonly domain: string;
  readonly person: Person;
  readonly app: RelyingParty;
}

/** A pool with a domain and somebody in it, and an app with two clients of it that signs people in through the pages. */
const test = base.extend<{ hosted: Hosted }>({
  hosted: async ({ server }, use) => {
    const pool = await server.createPool();
    const [domain, person] = [await server.createDomain(pool), await server.createPerson(pool)];
    const app = await relyingParty();
    for (const name of ['one', 'two']) {
      const clientId = await server.createHostedClient(pool, app.origin);
      await app.register(name, `${server.url}/${pool.userPoolId}`, clientId);
    }
    await use({ pool, domain, person, app });
    await app.close();
  },
});

const heading = (page: Page, name: string) =>
  expect(page.getByRole('heading', { name })).toBeVisible();

/** As somebody without a mouse does it. */
async function typePassword(page: Page, person: Person): Promise<void> {
  await expect(page.getByRole('textbox', { name: 'Email or username' })).toBeFocused();
  await page.keyboard.type(person.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
}

/** After a refusal, with the name kept. */
async function typePasswordAgain(page: Page, password: string): Promise<void> {
  await expect(page.getByRole('alert')).toContainText('don’t match');
  await expect(page.getByLabel('Password')).toBeFocused();
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

const code = (page: Page) => page.getByRole('textbox', { name: '6-digit code' });

for (const javaScriptEnabled of [false, true]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('password and mailed code lead back to an app on another origin', async ({
      page,
      hosted,
      server,
    }) => {
      const { person } = hosted;
      await page.goto(hosted.app.start('one'));
      await heading(page, 'Sign in');
      await typePassword(page, { ...person, password: 'wrong' });
      await typePasswordAgain(page, person.password);
      await heading(page, 'Check your email');
      await expect(code(page)).toBeFocused();
      const mailed = await server.codeFor(person.email);
      await page.keyboard.type(otherThan(mailed));
      if (!javaScriptEnabled) await page.keyboard.press('Enter');
      await expect(page.getByRole('alert')).toContainText('2 tries left.');
      await page.reload();
      await expect(page.getByRole('alert')).toContainText('2 tries left.');
      await code(page).fill('');
      await page.keyboard.type(mailed);
      if (!javaScriptEnabled) await page.keyboard.press('Enter');
      await heading(page, `signed in as ${person.email}`);

      // Back to the pages: the browser is signed in, and is not asked again.
      await page.goto(hosted.app.start('two'));
      await heading(page, `signed in as ${person.email}`);
      await page.goto(hosted.app.leave('two'));
      await heading(page, 'signed out');
      await page.goto(hosted.app.start('one', 'none'));
      await heading(page, 'refused: login_required');
    });
  });
}

test('back, and another mail too soon, end somewhere sensible', async ({
  page,
  hosted,
  server,
}) => {
  const { person } = hosted;
  await page.goto(hosted.app.start('one'));
  await typePassword(page, person);
  await heading(page, 'Check your email');
  // What is seen is where the sign-in is, whichever page of it the browser goes back to.
  await page.goBack();
  await heading(page, 'Check your email');
  expect(await server.mailsTo(person.email)).toHaveLength(1);
  const resend = page.getByRole('button', { name: /Send the code again/ });
  await expect(resend).toHaveAttribute('aria-disabled', 'true');
  await page.getByRole('button', { name: 'Use a different account' }).click();
  await heading(page, 'Sign in');
});
