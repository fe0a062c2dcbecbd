/** People who sign themselves up, at the page that the server hands out, with the mails of its inbox. */
import { expectAccessible, otherThan } from './support/fixtures';
import { Forms, expect, test } from './support/people';
import { Server } from './support/server';

const PASSWORD = 'correct-horse-9';
const REQUIRED = { Schema: [{ Name: 'given_name', Required: true, Mutable: true }] };

async function fillIn(forms: Forms, email: string, password = PASSWORD): Promise<void> {
  await forms.field('Email').fill(email);
  await forms.field('Password').fill(password);
  await forms.page.keyboard.press('Enter');
}

/** Up to the question for the code. */
async function signUp(forms: Forms, server: Server, email: string): Promise<void> {
  await forms.page.goto(`${server.url}/#sign-up`);
  await expect(forms.field('Email')).toBeFocused();
  await fillIn(forms, email);
  await expect(forms.code).toBeFocused();
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme, poolSettings: REQUIRED, offers: { signUp: ['given_name'] } });

    test('somebody signs up, sees the rules as they are met, confirms and signs in', async ({
      page,
      server,
      people,
      stranger,
      forms,
      signIn,
    }) => {
      await signIn.open();
      await page.getByRole('link', { name: 'Create an account' }).click();
      await expect(forms.heading).toHaveText('Create an account');
      await expect(page).toHaveTitle('Create an account – Poolhouse');
      await expect(forms.field('Email')).toBeFocused();
      await expectAccessible(page, 'sign-up');

      // What is missing is named where it is missing, and the focus goes to the first.
      await page.keyboard.press('Enter');
      await expect(page.getByText('Enter your email.')).toBeVisible();
      await expect(forms.field('Email')).toBeFocused();
      await forms.field('Email').fill(stranger);
      await page.keyboard.press('Enter');
      await expect(page.getByText('Fill in this field.')).toBeVisible();
      await expect(forms.field('First name')).toBeFocused();
      await forms.field('First name').fill('Eve');
      await forms.field('Password').fill('short');
      expect(await forms.met()).toEqual([]);
      await page.keyboard.press('Enter');
      await expect(page.getByText('This password doesn’t meet the rules.')).toBeVisible();
      await expect(forms.field('Password')).toBeFocused();
      await expectAccessible(page, 'sign-up, not filled in');
      await forms.field('Password').fill('correct-horse');
      expect(await forms.met()).toEqual([expect.stringContaining('10 characters or more')]);
      await forms.field('Password').fill(PASSWORD);
      expect(await forms.met()).toHaveLength(2);
      await page.keyboard.press('Enter');

      await expect(forms.code).toBeFocused();
      await expect(forms.heading).toHaveText('Confirm your account');
      await expect(page.getByText('We sent a code to e***@e***.')).toBeVisible();
      await expect(page.getByRole('button', { name: /^Send a new code in/ })).toBeVisible();
      await expectAccessible(page, 'code');
      const code = await server.codeFor(stranger);
      await page.keyboard.type(otherThan(code));
      await expect(forms.alert).toHaveText('That code isn’t right.');
      await expectAccessible(page, 'wrong code');
      // It is selected: typing replaces it.
      await page.keyboard.type(code);
      await expect(forms.heading).toHaveText('Your account is confirmed');
      await expect(forms.heading).toBeFocused();
      await expectAccessible(page, 'confirmed');

      await forms.button('Sign in').click();
      await expect(signIn.email).toHaveValue(stranger);
      await expect(signIn.password).toBeFocused();
      const before = (await server.mailsTo(stranger)).length;
      await signIn.submitLogin({ email: stranger, password: PASSWORD });
      await signIn.awaitCode();
      await page.keyboard.type(await server.codeAfter(stranger, before));
      await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
      const user = JSON.stringify(await server.user(people, stranger));
      expect(user).toContain('{"Name":"given_name","Value":"Eve"}');
      expect(user).toContain('{"Name":"email_verified","Value":"true"}');
      // No password has been anywhere but in the requests' bodies.
      expect(page.url()).not.toContain('horse');
    });
  });
}

test('a sign-up that was left can be gone on with: the code once more, and the sign-in says how', async ({
  page,
  server,
  stranger,
  forms,
  signIn,
}) => {
  await page.clock.install();
  await signUp(forms, server, stranger);
  const first = await server.codeFor(stranger);
  await signIn.open();
  await page.reload();
  await signIn.submitLogin({ email: stranger, password: PASSWORD });
  await expect(signIn.alert).toHaveText(/isn’t confirmed yet/);
  await page.getByRole('link', { name: 'Confirm your account' }).click();
  await expect(forms.heading).toHaveText('Confirm your account');
  // Nothing is said of a code that nobody here knows of.
  await expect(page.getByText('or ask for a new one')).toBeVisible();
  await expect(forms.code).toBeFocused();
  await forms.button('Send a new code').click();
  await expect(page.getByText('If this account waits for a code')).toBeVisible();
  await expectAccessible(page, 'asked again');
  const second = await server.codeAfter(stranger, 1);
  await page.keyboard.type(first === second ? otherThan(first) : first);
  await expect(forms.alert).toHaveText('That code isn’t right.');
  await page.keyboard.type(second);
  await expect(forms.heading).toHaveText('Your account is confirmed');
});

test('an address that is taken is said to be, with the way to its code', async ({
  page,
  server,
  stranger,
  forms,
}) => {
  await signUp(forms, server, stranger);
  const code = await server.codeFor(stranger);
  await forms.button('Back to sign-in').click();
  await page.getByRole('link', { name: 'Create an account' }).click();
  await fillIn(forms, stranger, 'another-horse-8');
  await expect(forms.alert).toHaveText('There’s an account with this name already.');
  await expectAccessible(page, 'taken');
  await forms.button('Confirm your account').click();
  await forms.code.fill(code);
  await expect(forms.heading).toHaveText('Your account is confirmed');
});

test('Back leads back, and the page stays in its language', async ({
  page,
  server,
  forms,
  signIn,
}) => {
  await page.goto(`${server.url}/?lang=ar`);
  await page.getByRole('link', { name: 'إنشاء حساب' }).click();
  await expect(forms.heading).toHaveText('إنشاء حساب');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  expect(new URL(page.url()).search).toBe('?lang=ar');
  await page.goBack();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('تسجيل الدخول');
  await page.goForward();
  await expect(forms.heading).toHaveText('إنشاء حساب');
  void signIn;
});

test.describe('where nobody signs up', () => {
  test.use({ offers: { signUp: null, forgotPassword: false } });

  test('nothing is offered, whatever the address says', async ({
    page,
    server,
    signIn,
    people,
  }) => {
    void people;
    await page.goto(`${server.url}/#sign-up`);
    await expect(signIn.email).toBeFocused();
    await expect(page.getByRole('link')).toHaveCount(0);
  });
});

test.describe('where the page offers what the pool does not have', () => {
  test.use({ poolSettings: { AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } } });

  test('the refusal is said', async ({ page, server, stranger, forms }) => {
    await page.goto(`${server.url}/#sign-up`);
    await fillIn(forms, stranger);
    await expect(forms.alert).toHaveText('Accounts can’t be created here. Ask your administrator.');
    await expectAccessible(page, 'closed');
  });
});

test.describe('where no address is verified', () => {
  test.use({
    poolSettings: { AutoVerifiedAttributes: [], UserAttributeUpdateSettings: undefined },
  });

  test('nobody is told of a code that was not sent', async ({ page, server, stranger, forms }) => {
    await page.goto(`${server.url}/#sign-up`);
    await fillIn(forms, stranger);
    await expect(forms.heading).toHaveText('Your account was created');
    await expect(page.getByText('An administrator has to confirm it')).toBeVisible();
    await expectAccessible(page, 'pending');
    expect(await server.mailsTo(stranger)).toEqual([]);
  });
});

test.describe('where the mail has a link', () => {
  test.use({
    offers: { signUpByLink: true },
    poolSettings: { VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_LINK' } },
  });

  test('no code is asked for', async ({ page, server, stranger, forms }) => {
    await page.goto(`${server.url}/#sign-up`);
    await fillIn(forms, stranger);
    await expect(page.getByText('We sent a link to e***@e***.')).toBeVisible();
    await expect(forms.code).toBeHidden();
    await expectAccessible(page, 'link');
  });
});
