/** What people do about their own account, at the page that the server hands out. */
import { Page } from '@playwright/test';
import { randomBytes } from 'node:crypto';
import jsQR from 'jsqr';
import { SignInPage, expectAccessible, otherThan } from './support/fixtures';
import { appCode, expect, test } from './support/people';
import { plugIn } from './support/authenticator';

const CHOSEN = 'battery-staple-1';

/** Signs in, up to the account with its sections. */
async function enter(signIn: SignInPage): Promise<void> {
  await signIn.reachCode();
  await signIn.page.keyboard.type(await signIn.mailedCode());
  await expect(signIn.page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
  await expect(signIn.page.getByRole('region', { name: 'Password' })).toBeVisible();
}

/** Of the session that the page keeps. */
function accessToken(page: Page): Promise<string> {
  return page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.startsWith('poolhouse.session'));
    const kept = JSON.parse(localStorage.getItem(key ?? '') ?? '{}') as {
      tokens?: { accessToken?: string };
    };
    return kept.tokens?.accessToken ?? '';
  });
}

/** What a QR code on the page says to a program that reads such codes. */
async function scanned(page: Page): Promise<string | undefined> {
  const picture = page.getByRole('img', { name: 'QR code with the key below' });
  const png = (await picture.screenshot()).toString('base64');
  const { data, width, height } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context?.drawImage(image, 0, 0);
    const pixels = context?.getImageData(0, 0, image.width, image.height).data ?? [];
    return { data: [...pixels], width: image.width, height: image.height };
  }, png);
  return jsQR(new Uint8ClampedArray(data), width, height)?.data;
}

test('a password is changed by somebody who knows it', async ({
  page,
  server,
  person,
  forms,
  signIn,
}) => {
  await enter(signIn);
  const section = forms.section('Password');
  await forms.button('Change password').click();
  await expect(forms.field('Current password')).toBeFocused();
  await expectAccessible(page, 'change password');
  await page.keyboard.press('Enter');
  await expect(section.getByText('Enter your password.')).toBeVisible();
  await forms.field('Current password').fill('not it');
  await forms.field('New password').fill('short');
  await page.keyboard.press('Enter');
  await expect(section.getByText('This password doesn’t meet the rules.')).toBeVisible();
  await forms.field('New password').fill(CHOSEN);
  await page.keyboard.press('Enter');
  await expect(section.getByText('Your current password isn’t right.')).toBeVisible();
  await expect(forms.field('Current password')).toBeFocused();
  await expectAccessible(page, 'wrong password');
  await forms.field('Current password').fill(person.password);
  await page.keyboard.press('Enter');
  await expect(section.getByRole('status')).toHaveText('Your password was changed.');
  await expect(section.getByRole('heading')).toBeFocused();
  await expect(forms.field('New password')).toBeHidden();

  await forms.button('Sign out').click();
  await expect(signIn.email).toBeVisible();
  const before = (await server.mailsTo(person.email)).length;
  await signIn.submitLogin({ ...person, password: CHOSEN });
  await signIn.awaitCode();
  await page.keyboard.type(await server.codeAfter(person.email, before));
  await expect(page.getByRole('heading', { name: 'Welcome' })).toBeVisible();
});

test('another address counts once its code is typed, and the one of before until then', async ({
  page,
  server,
  people,
  person,
  stranger,
  forms,
  signIn,
}) => {
  await enter(signIn);
  const section = forms.section('Email');
  await expect(section.getByText('Verified', { exact: true })).toBeVisible();
  await forms.button('Change the address').click();
  await expect(forms.field('New email')).toBeFocused();
  await forms.field('New email').fill('nobody');
  await page.keyboard.press('Enter');
  await expect(section.getByText('Enter an email like name@example.com.')).toBeVisible();
  await expectAccessible(page, 'not an address');
  await forms.field('New email').fill(stranger);
  await page.keyboard.press('Enter');
  await expect(forms.code).toBeFocused();
  await expect(section.getByText('We sent a code to e***@e***.')).toBeVisible();
  await expect(section.getByText('The address of before stays')).toBeVisible();
  await expect(section.getByText(person.email)).toBeVisible();
  await expectAccessible(page, 'code for the address');
  const code = await server.codeFor(stranger);
  await page.keyboard.type(otherThan(code));
  await expect(section.getByRole('alert').filter({ hasText: /./ })).toHaveText(
    'That code isn’t right.',
  );
  expect(JSON.stringify(await server.user(people, person.email))).toContain(person.email);
  await page.keyboard.type(code);
  await expect(section.getByText(stranger)).toBeVisible();
  await expect(section.getByRole('status')).toHaveText('Your address is verified.');
  expect(JSON.stringify(await server.user(people, stranger))).toContain(stranger);
});

test('an authenticator app reads the picture, or the key that is typed, and is asked for', async ({
  page,
  server,
  people,
  person,
  forms,
  signIn,
}) => {
  await enter(signIn);
  const section = forms.section('Authenticator app');
  await expect(section.getByText('No app is asked for.')).toBeVisible();
  await forms.button('Set up an app').click();
  await expect(forms.field('Code from the app')).toBeFocused();
  await expectAccessible(page, 'app');
  const key = (await section.locator('code').innerText()).replaceAll(' ', '');
  const account = encodeURIComponent(person.email);
  expect(await scanned(page)).toBe(
    `otpauth://totp/Poolhouse:${account}?secret=${key}&issuer=Poolhouse`,
  );
  await page.keyboard.type(otherThan(appCode(key)));
  await expect(section.getByRole('alert').filter({ hasText: /./ })).toHaveText(
    /That code isn’t right/,
  );
  await expectAccessible(page, 'wrong code of the app');
  await page.keyboard.type(appCode(key));
  await expect(section.getByText('Your app is set up.')).toBeVisible();
  await expect(section.getByText('A code from your app is asked for')).toBeVisible();
  await expect(page.getByText(key.slice(0, 4))).toBeHidden();
  expect(await server.user(people, person.email)).toMatchObject({
    UserMFASettingList: ['SOFTWARE_TOKEN_MFA'],
    PreferredMfaSetting: 'SOFTWARE_TOKEN_MFA',
  });
  await expectAccessible(page, 'app set up');

  await forms.button('Stop asking for the app').click();
  await expect(section.getByText('The app isn’t asked for any more.')).toBeVisible();
  expect(await server.user(people, person.email)).not.toHaveProperty('UserMFASettingList');
});

test('the picture can be read in the dark, and in forced colours', async ({
  page,
  forms,
  signIn,
}) => {
  await page.emulateMedia({ colorScheme: 'dark', forcedColors: 'active' });
  await enter(signIn);
  await forms.button('Set up an app').click();
  await expect(forms.field('Code from the app')).toBeFocused();
  expect(await scanned(page)).toMatch(/^otpauth:\/\/totp\//);
});

test('passkeys are added, listed and removed', async ({ page, server, person, forms, signIn }) => {
  // They are made for a domain, and an address of numbers is none.
  const url = server.url.replace('127.0.0.1', 'localhost');
  const { cdp, authenticatorId } = await plugIn(page);
  await page.goto(`${url}/`);
  await signIn.submitLogin();
  await signIn.awaitCode();
  await page.keyboard.type(await server.codeFor(person.email));
  const section = forms.section('Passkeys');
  await expect(section.getByText('You have no passkeys.')).toBeVisible();
  await forms.button('Add a passkey').click();
  await expect(section.getByRole('status')).toHaveText('Your passkey was added.');
  await expect(section.getByRole('listitem')).toHaveText(/localhost/);
  await expectAccessible(page, 'a passkey');
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials).toHaveLength(1);

  await forms.button('Add a passkey').click();
  await expect(section.getByRole('alert').filter({ hasText: /./ })).toHaveText(
    'There’s a passkey for this account on this device already.',
  );
  await expectAccessible(page, 'a passkey already');
  await section.getByRole('button', { name: /^Remove: / }).click();
  await expect(section.getByText('You have no passkeys.')).toBeVisible();
  await expect(section.getByRole('status')).toHaveText(/doesn’t work any more/);
  await expect(section.getByRole('heading')).toBeFocused();
});

test('a device is listed and forgotten', async ({ page, server, forms, signIn }) => {
  await enter(signIn);
  const section = forms.section('Known devices');
  await expect(section.getByText('No devices are known.')).toBeVisible();
  // Clients of others confirm devices: this one never does.
  const token = await accessToken(page);
  const claims = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString(),
  ) as Record<string, string>;
  await server.confirmDevice(token, claims['device_key'] ?? '', 'Eve’s phone');
  await page.reload();
  await expect(section.getByRole('listitem')).toHaveText(/Eve’s phone/);
  await expectAccessible(page, 'a device');
  await section.getByRole('button', { name: 'Forget: Eve’s phone' }).click();
  await expect(section.getByText('No devices are known.')).toBeVisible();
  await expect(section.getByRole('status')).toHaveText('The device was forgotten.');
});

test('somebody sees where they are signed in, and ends another sign-in', async ({
  page,
  browser,
  server,
  people,
  person,
  forms,
  signIn,
}) => {
  await enter(signIn);
  const section = forms.section('Signed in on these devices');
  await expect(section.getByRole('listitem')).toHaveCount(1);
  await expect(section.getByText('This sign-in')).toBeVisible();

  const elsewhere = await browser.newContext();
  await elsewhere.route('**/config.json', (route) => route.fulfill({ json: people }));
  const other = await elsewhere.newPage();
  const otherSignIn = new SignInPage(other, server, person);
  const before = (await server.mailsTo(person.email)).length;
  await otherSignIn.open();
  await otherSignIn.submitLogin();
  await otherSignIn.awaitCode();
  await other.keyboard.type(await server.codeAfter(person.email, before));
  await expect(other.getByRole('heading', { name: 'Welcome' })).toBeVisible();

  await page.reload();
  await expect(section.getByRole('listitem')).toHaveCount(2);
  await expectAccessible(page, 'two sessions');
  await section.getByRole('button', { name: /^Sign out: / }).click();
  await expect(section.getByRole('listitem')).toHaveCount(1);
  await expect(section.getByRole('status')).toHaveText('That sign-in was ended.');
  await other.getByRole('button', { name: 'Renew this session' }).click();
  await expect(otherSignIn.email).toBeVisible();
  await elsewhere.close();
  await forms.button('Sign out everywhere').click();
  await expect(signIn.email).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the whole account passes axe, and no page of it scrolls sideways on a phone', async ({
      page,
      forms,
      signIn,
    }) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await enter(signIn);
      await expect(forms.section('Signed in on these devices').getByRole('listitem')).toBeVisible();
      await forms.button('Set up an app').click();
      await forms.button('Change password').click();
      await expect(forms.field('Current password')).toBeFocused();
      await expectAccessible(page, 'all of it');
      for (const size of ['100%', '200%']) {
        await page.evaluate((value) => (document.documentElement.style.fontSize = value), size);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, size).toBe(0);
      }
    });
  });
}

test('a session that was ended elsewhere is said, and not taken for something else', async ({
  page,
  server,
  people,
  person,
  forms,
  signIn,
}) => {
  await enter(signIn);
  await expect(forms.section('Known devices').getByText('No devices are known.')).toBeVisible();
  await server.signOutEverywhere(people, person.email);
  await forms.button('Change password').click();
  await forms.field('Current password').fill(person.password);
  await forms.field('New password').fill(`${CHOSEN}${randomBytes(2).toString('hex')}`);
  await page.keyboard.press('Enter');
  await expect(forms.section('Password').getByRole('alert').filter({ hasText: /./ })).toHaveText(
    'Your session has ended. Sign in again.',
  );
});

test.describe('in a pool that has none of it', () => {
  test.use({
    poolSettings: {
      DeviceConfiguration: undefined,
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] } },
    },
  });

  test('a section that is shown all the same says so', async ({ forms, signIn }) => {
    await enter(signIn);
    await expect(forms.section('Known devices')).toContainText('This isn’t available for your');
    await forms.button('Add a passkey').click();
    await expect(forms.section('Passkeys')).toContainText('This isn’t available for your account.');
  });
});

test('the account speaks the page’s language', async ({ page, server, person, forms, signIn }) => {
  await signIn.open('?lang=he');
  await page.getByLabel('דוא״ל').fill(person.email);
  await page.getByLabel('סיסמה', { exact: true }).fill(person.password);
  await page.keyboard.press('Enter');
  await page.locator('[autocomplete="one-time-code"]').fill(await server.codeFor(person.email));
  const section = forms.section('אפליקציית אימות');
  await expect(section).toBeVisible();
  await section.getByRole('button', { name: 'הגדרת אפליקציה' }).click();
  // What is to be typed reads from left to right all the same.
  await expect(section.locator('code')).toHaveAttribute('dir', 'ltr');
  await expectAccessible(page, 'right to left');
});
