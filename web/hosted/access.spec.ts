/** Whole sign-ins by those who have no mouse, by those who have the page read out, and by those who read from the right. */
import { otherThan } from '../e2e/support/fixtures';
import { Page } from '@playwright/test';
import { expect, test } from './support/fixtures';
import { Reader } from './support/reader';

/** What has the focus can be seen: it has an outline that differs from its surroundings. */
async function expectSeen(page: Page): Promise<void> {
  const outline = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(
      document.activeElement ?? document.body,
    );
    return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
  });
  expect(outline).toBeGreaterThanOrEqual(1);
}

test('password, code and consent by the keyboard alone, in a narrow window', async ({
  page,
  visitor,
}) => {
  await page.setViewportSize({ width: 320, height: 256 });
  const { server } = visitor.house;
  const place = await visitor.house.strangersWithCode();
  const person = await visitor.person(place);
  const tab = async () => {
    await page.keyboard.press('Tab');
    await expectSeen(page);
  };
  await visitor.come(place);
  await expect(visitor.field('Email or username')).toBeFocused();
  await expectSeen(page);
  await page.keyboard.type(person.email);
  await tab();
  await page.keyboard.type(person.password);
  await visitor.led(() => page.keyboard.press('Enter'));
  await expect(page.locator('#code')).toBeFocused();
  const code = await server.codeFor(person.email);
  await visitor.led(() => page.keyboard.type(otherThan(code)));
  await expect(page.getByRole('alert')).toContainText('2 tries left.');
  await expect(page.locator('#code')).toBeFocused();
  await visitor.led(() => page.keyboard.type(code));
  await expect(page.getByRole('heading', { name: /^Let / })).toBeVisible();
  // Nothing is allowed by a key that was pressed once too often.
  await page.keyboard.press('Enter');
  await expect(visitor.button('Allow')).not.toBeFocused();
  await tab();
  await expect(visitor.button('Allow')).toBeFocused();
  await visitor.led(() => page.keyboard.press('Enter'));
  await visitor.back();
});

test('password, code and consent by what is read out', async ({ page, visitor }) => {
  const { server } = visitor.house;
  const place = await visitor.house.strangersWithCode();
  const person = await visitor.person(place);
  await visitor.come(place);
  const reader = await Reader.of(page);
  await reader.hears('heading', 'Sign in');
  expect(await reader.named('main')).toHaveLength(1);
  await expect.poll(() => reader.focused()).toBe('textbox Email or username');
  await reader.type('Email or username', person.email);
  await reader.type('Password', 'wrong');
  await visitor.led(() => reader.press('Continue'));
  await reader.says('That name and password don’t match.');
  await expect.poll(() => reader.focused()).toBe('textbox Password');
  await reader.type('Password', person.password);
  await visitor.led(() => reader.press('Continue'));
  await reader.hears('heading', 'Check your email');
  await expect.poll(() => reader.focused()).toBe('textbox 6-digit code');
  await reader.says('We sent a code to');
  const code = await server.codeFor(person.email);
  await visitor.led(() => reader.type('6-digit code', code));
  await reader.hears('heading', 'Let “Notes for the terminal” in?');
  expect(await reader.named('button')).toEqual(['Allow', 'Deny', 'Use a different account']);
  await reader.says('Nobody has checked its name.');
  await visitor.led(() => reader.press('Allow'));
  await visitor.back();
});

test('nothing moves for somebody who asked for less of it', async ({ page, visitor }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const still = async () =>
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
  const place = await visitor.house.code();
  await visitor.come(place);
  await still();
  await visitor.signIn(await visitor.person(place));
  await page.locator('#code').focus();
  await still();
});

test('a page in Arabic begins at the right, and its code does not', async ({ page, visitor }) => {
  const place = await visitor.house.code();
  const { email, password } = await visitor.person(place);
  await visitor.come(place, { lang: 'ar' });
  await page.locator('#username').fill(email);
  await page.locator('#password').fill(password);
  await visitor.led(() => page.locator('#password').press('Enter'));
  const code = page.locator('#code');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(code).toHaveAttribute('dir', 'ltr');
  const right = (selector: string) =>
    page.locator(selector).evaluate((element) => element.getBoundingClientRect().right);
  expect(await right('label[for=code]')).toBeCloseTo(await right('#code'), 0);
  await visitor.code(await visitor.house.server.codeFor(email));
  await visitor.back();
});
