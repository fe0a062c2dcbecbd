/** axe in every state of each face, light and dark; and what small screens, large text and other directions do. */
import { Page } from '@playwright/test';
import { ageWithThePage, fastForwardPastAWait } from './support/ageing';
import { answersSay } from './support/answers';
import { expect, expectAccessible, otherThan } from './support/fixtures';
import { HOSTS, test } from './support/hosts';

/** Answers of the functions that make a state of their own, and what it says. */
const RESULTS: readonly [
  name: string,
  parameters: Record<string, string | undefined>,
  said: string,
][] = [
  ['held', { result: 'held', expiresIn: '0', resendIn: '60' }, 'We haven’t sent a code yet'],
  [
    'held by the mail',
    { result: 'held', mail: 'refused', expiresIn: '0', resendIn: '60' },
    'Mail to this address comes back.',
  ],
  ['locked', { result: 'locked', expiresIn: '0', resendIn: '400' }, 'Too many wrong codes.'],
  [
    'closed',
    { result: 'closed', opens: 'administrator', resendIn: undefined },
    'Your administrator can open it again.',
  ],
  ['used', { result: 'used', resendIn: '0' }, 'This code has been used already.'],
  ['replaced', { result: 'expired', expiresIn: '200' }, 'That was an earlier code.'],
  ['not sent', { result: 'not_sent', mail: 'failed' }, 'We couldn’t send the mail.'],
  ['remember', { rememberDays: '30' }, 'Remember this device for 30 days'],
];

test.afterEach(({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }));

async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

for (const host of HOSTS) {
  test.describe(host, () => {
    test.use({ host });

    for (const colorScheme of ['light', 'dark'] as const) {
      test.describe(colorScheme, () => {
        test.use({ colorScheme });

        test('every state of the login passes axe', async ({ page, person, open }) => {
          const signIn = await open();
          await expect(signIn.email).toBeFocused();
          await expectAccessible(page, 'first look');
          await signIn.continue.click();
          await expect(signIn.email).toHaveAccessibleDescription('Enter your email.');
          await expectAccessible(page, 'empty fields');
          await signIn.submitLogin({ ...person, password: 'Wrong-Horse-9!' });
          await expect(signIn.alert).toContainText('don’t match');
          await expectAccessible(page, 'refused');
        });

        test('every state of the new password passes axe', async ({ page, server, pool, open }) => {
          const signIn = await open();
          const person = await server.createPerson(pool, { temporary: true });
          await signIn.submitLogin(person);
          const field = page.getByLabel('New password', { exact: true });
          await expect(field).toBeFocused();
          await expectAccessible(page, 'new password');
          await page.keyboard.type('abcdefgh');
          await page.keyboard.press('Enter');
          await expect(field).toHaveAccessibleDescription(
            /^This password doesn’t meet the rules\./,
          );
          await expectAccessible(page, 'rules not met');
          await field.fill('Chosen-Horse-9!');
          await page.keyboard.press('Enter');
          await signIn.awaitCode();
          await expect(page.getByText('Your new password counts once')).toBeVisible();
          await expectAccessible(page, 'code for a new password');
          await signIn.code.fill(await server.codeFor(person.email));
          await signIn.expectSignedIn();
        });

        test('every state of the code passes axe', async ({ page, context, reachCode }) => {
          await page.clock.install();
          const signIn = await reachCode();
          const code = await signIn.mailedCode();
          await expect(signIn.code).toHaveAccessibleDescription(
            /^We sent a code to a\S*\*\S*@e\S*\. You can paste the whole code\.$/,
          );
          await expectAccessible(page, 'first look');
          await page.keyboard.press('Enter');
          await expect(signIn.alert).toHaveText('Enter all 6 digits.');
          await expectAccessible(page, 'short');
          await context.setOffline(true);
          await expect(page.getByText('You’re offline')).toBeVisible();
          await expectAccessible(page, 'offline');
          await context.setOffline(false);
          await page.keyboard.type(otherThan(code));
          await expect(signIn.alert).toContainText('2 tries left');
          await expectAccessible(page, 'wrong code');
          await page.clock.fastForward(31_000);
          await page.getByRole('button', { name: 'Send the code again', exact: true }).click();
          await expect(page.getByText('We sent it a moment ago.')).toBeVisible();
          await expectAccessible(page, 'too soon');
          await signIn.code.fill(code);
          await signIn.expectSignedIn();
          await expectAccessible(page, 'done');
        });

        test('the ends of a sign-in pass axe', async ({ page, reachCode }) => {
          await page.clock.install();
          await ageWithThePage(page);
          const signIn = await reachCode();
          const wrong = otherThan(await signIn.mailedCode());
          await fastForwardPastAWait(page, 280_000);
          await expect(page.getByRole('timer')).toHaveText(/Expires in 0:/);
          await expectAccessible(page, 'last seconds');
          await page.clock.fastForward(30_000);
          await expect(signIn.alert).toContainText('expired');
          await expectAccessible(page, 'expired');
          for (const [last, said] of [
            ['1', '2 tries'],
            ['2', '1 try'],
            ['3', 'Too many'],
          ] as const) {
            await signIn.code.fill(wrong.replace(/.$/, last));
            await expect(signIn.alert).toContainText(said);
          }
          await expectAccessible(page, 'ended');
        });

        test('every result of the functions passes axe', async ({ page, server, pool, open }) => {
          const signIn = await open();
          for (const [name, parameters, said] of RESULTS) {
            await page.evaluate(() => sessionStorage.clear());
            await page.reload();
            await answersSay(page, parameters);
            await signIn.submitLogin(await server.createPerson(pool));
            await expect(page.getByText(said).first()).toBeVisible();
            await expectAccessible(page, name);
            await page.unrouteAll({ behavior: 'ignoreErrors' });
          }
        });
      });
    }

    test('at 320 px, and with text twice as large, nothing scrolls sideways', async ({
      page,
      open,
    }) => {
      await page.setViewportSize({ width: 320, height: 640 });
      const everySize = async (state: string) => {
        for (const size of ['100%', '200%']) {
          await page.evaluate((value) => (document.documentElement.style.fontSize = value), size);
          expect(await sidewaysOverflow(page), `${state}, text at ${size}`).toBe(0);
        }
      };
      const signIn = await open();
      await signIn.continue.click();
      await everySize('login');
      await signIn.submitLogin();
      await signIn.awaitCode();
      await page.keyboard.type('12345');
      await page.keyboard.press('Enter');
      await everySize('code');
    });

    test('a right-to-left language mirrors the card, and the code stays left to right', async ({
      page,
      person,
      open,
    }) => {
      const signIn = await open('ar');
      const heading = page.getByRole('heading', { name: 'تسجيل الدخول' });
      await expect(heading).toHaveCSS('direction', 'rtl');
      await page.getByRole('textbox', { name: 'البريد الإلكتروني' }).fill(person.email);
      await page.getByLabel('كلمة المرور', { exact: true }).fill(person.password);
      await page.keyboard.press('Enter');
      const code = page.getByRole('textbox', { name: 'رمز من 6 خانات' });
      await expect(code).toBeFocused();
      await expect(code).toHaveCSS('direction', 'ltr');
      await expectAccessible(page, 'Arabic');
      await page.keyboard.type(otherThan(await signIn.mailedCode()));
      await expect(signIn.alert).toHaveText('الرمز غير صحيح. المتبقي: محاولتان.');
    });

    test('every target is at least 24 px', async ({ page, open }) => {
      const small = () =>
        page.locator('button, input, a').evaluateAll((elements) =>
          elements
            .filter((element) => element.checkVisibility())
            .map((element) => ({ element, box: element.getBoundingClientRect() }))
            .filter(({ box }) => box.width < 24 || box.height < 24)
            .map(({ element }) => element.outerHTML),
        );
      const signIn = await open();
      await expect(signIn.email).toBeFocused();
      expect(await small()).toEqual([]);
      await signIn.submitLogin();
      await signIn.awaitCode();
      expect(await small()).toEqual([]);
    });
  });
}
