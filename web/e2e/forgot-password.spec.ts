/** Forgotten passwords, at the page that the server hands out, with the mails of its inbox. */
import { expectAccessible, otherThan } from './support/fixtures';
import { Forms, expect, test } from './support/people';
import { Server } from './support/server';

const CHOSEN = 'battery-staple-1';

/** Up to the question for the code. */
async function ask(forms: Forms, server: Server, email: string): Promise<void> {
  await forms.page.goto(`${server.url}/#forgot`);
  await expect(forms.field('Email')).toBeFocused();
  await forms.field('Email').fill(email);
  await forms.page.keyboard.press('Enter');
  await expect(forms.code).toBeFocused();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('a password is forgotten, reset by the mailed code, and signs in', async ({
      page,
      server,
      person,
      forms,
      signIn,
    }) => {
      await signIn.open();
      await page.getByRole('link', { name: 'Forgot your password?' }).click();
      await expect(forms.heading).toHaveText('Reset your password');
      await expectAccessible(page, 'whose');
      await forms.field('Email').fill('nobody');
      await page.keyboard.press('Enter');
      await expect(page.getByText('Enter an email like name@example.com.')).toBeVisible();
      await forms.field('Email').fill(person.email);
      await page.keyboard.press('Enter');

      await expect(forms.code).toBeFocused();
      await expect(page.getByText(`If there’s an account for ${person.email}`)).toBeVisible();
      await expectAccessible(page, 'code and password');
      const code = await server.codeFor(person.email);
      // A whole code leads on to the password, and submits nothing.
      await page.keyboard.type(otherThan(code));
      await expect(forms.field('New password')).toBeFocused();
      await page.keyboard.type(CHOSEN);
      await page.keyboard.press('Enter');
      await expect(forms.alert).toHaveText('That code isn’t right.');
      await expectAccessible(page, 'wrong code');
      await forms.code.fill(code);
      await page.keyboard.press('Enter');
      await expect(forms.heading).toHaveText('Your password was changed');
      await expect(forms.heading).toBeFocused();
      await expectAccessible(page, 'changed');

      await forms.button('Sign in').click();
      await expect(signIn.email).toHaveValue(person.email);
      await signIn.submitLogin();
      await expect(signIn.alert).toHaveText(/don’t match/);
      const before = (await server.mailsTo(person.email)).length;
      await signIn.submitLogin({ ...person, password: CHOSEN });
      await signIn.awaitCode();
      await page.keyboard.type(await server.codeAfter(person.email, before));
      await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
    });
  });
}

test('a stranger reads word for word what a user reads', async ({
  page,
  server,
  person,
  stranger,
  forms,
}) => {
  const said: string[] = [];
  for (const email of [person.email, stranger]) {
    await ask(forms, server, email);
    const steps = [await page.getByRole('main').innerText()];
    await forms.code.fill('000000');
    await forms.field('New password').fill(CHOSEN);
    await page.keyboard.press('Enter');
    await expect(forms.alert).toBeVisible();
    steps.push(await page.getByRole('main').innerText());
    said.push(
      steps
        .join('\n')
        .replaceAll(email, 'NAME')
        .replaceAll(/in \d:\d\d/g, 'in TIME'),
    );
    await page.goto('about:blank');
  }
  expect(said[1]).toBe(said[0]);
  expect(await server.mailsTo(stranger)).toEqual([]);
});

test('who has a code already enters it, and is told of no other', async ({
  page,
  server,
  person,
  forms,
}) => {
  await ask(forms, server, person.email);
  const code = await server.codeFor(person.email);
  await page.reload();
  await forms.field('Email').fill(person.email);
  await forms.button('I have a code already').click();
  await expect(forms.code).toBeFocused();
  await expect(page.getByText('a code is on its way')).toBeHidden();
  await forms.code.fill(code);
  await page.keyboard.type(CHOSEN);
  await page.keyboard.press('Enter');
  await expect(forms.heading).toHaveText('Your password was changed');
  expect(await server.mailsTo(person.email)).toHaveLength(1);
});

test('another code takes the place of the first, after a wait', async ({
  page,
  server,
  person,
  forms,
}) => {
  await page.clock.install();
  await ask(forms, server, person.email);
  const first = await server.codeFor(person.email);
  await expect(forms.button('Send a new code')).toBeHidden();
  await page.clock.fastForward(31_000);
  await forms.button('Send a new code').click();
  await expect(page.getByText('If this account waits for a code')).toBeVisible();
  await expect(forms.code).toBeFocused();
  const second = await server.codeAfter(person.email, 1);
  await forms.code.fill(first === second ? otherThan(first) : first);
  await page.keyboard.type(CHOSEN);
  await page.keyboard.press('Enter');
  await expect(forms.alert).toHaveText('That code isn’t right.');
  await forms.code.fill(second);
  await page.keyboard.press('Enter');
  await expect(forms.heading).toHaveText('Your password was changed');
});

test('a password that the pool does not take is said under its field, and the code stays good', async ({
  page,
  server,
  person,
  forms,
  context,
  people,
}) => {
  // The page has been told less than the pool asks for.
  await context.route('**/config.json', (route) =>
    route.fulfill({
      json: {
        ...people,
        passwordPolicy: {
          minimumLength: 6,
          uppercase: false,
          lowercase: false,
          numbers: false,
          symbols: false,
        },
        offers: { forgotPassword: true },
      },
    }),
  );
  await ask(forms, server, person.email);
  await forms.code.fill(await server.codeFor(person.email));
  await page.keyboard.type('horses');
  await page.keyboard.press('Enter');
  await expect(page.getByText('This password doesn’t meet the rules.')).toBeVisible();
  await expect(forms.field('New password')).toBeFocused();
  await expectAccessible(page, 'weak');
  await forms.field('New password').fill(CHOSEN);
  await page.keyboard.press('Enter');
  await expect(forms.heading).toHaveText('Your password was changed');
});

test.describe('where administrators reset passwords', () => {
  test.use({
    poolSettings: {
      AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'admin_only', Priority: 1 }] },
    },
  });

  test('everybody is sent to them', async ({ page, server, person, stranger, forms }) => {
    for (const email of [person.email, stranger]) {
      await page.goto(`${server.url}/#forgot`);
      await forms.field('Email').fill(email);
      await page.keyboard.press('Enter');
      await expect(forms.alert).toHaveText(
        'This password can’t be reset here. Ask your administrator.',
      );
      await page.goto('about:blank');
    }
  });
});

test('no connection is said, and nothing is lost', async ({
  page,
  context,
  server,
  person,
  forms,
}) => {
  await page.goto(`${server.url}/#forgot`);
  await forms.field('Email').fill(person.email);
  await context.setOffline(true);
  await page.keyboard.press('Enter');
  await expect(forms.alert).toHaveText(/couldn’t reach the server/);
  await expect(forms.field('Email')).toHaveValue(person.email);
  await expectAccessible(page, 'no connection');
  await context.setOffline(false);
  await page.keyboard.press('Enter');
  await expect(forms.code).toBeFocused();
});
