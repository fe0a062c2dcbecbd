/** What a person goes through, once for each of the three faces of the sign-in. */
import { ageWithThePage, fastForwardPastAWait } from './support/ageing';
import { answersSay } from './support/answers';
import { closedGate, countCalls, expect, otherThan } from './support/fixtures';
import { HOSTS, test } from './support/hosts';
import { once } from './support/network';

const SHAPES: readonly [name: string, shape: (code: string) => string][] = [
  ['as it is', (code) => code],
  ['with spaces', (code) => ` ${code.slice(0, 3)} ${code.slice(3)} `],
  ['with a dash', (code) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['in a sentence', (code) => `At 10:45 on 22 Nov: your code is ${code}.`],
  ['full-width', (code) => [...code].map((d) => String.fromCodePoint(0xff10 + Number(d))).join('')],
  ['with a line break', (code) => `${code}\n`],
];

/** An answer may still be under way when a test has seen what it came for. */
test.afterEach(({ page }) => page.unrouteAll({ behavior: 'ignoreErrors' }));

for (const host of HOSTS) {
  test.describe(host, () => {
    test.use({ host });

    test('the whole way with the keyboard alone', async ({ page, person, open }) => {
      const signIn = await open();
      await expect(signIn.email).toBeFocused();
      await page.keyboard.type(person.email);
      await page.keyboard.press('Tab');
      await expect(signIn.password).toBeFocused();
      await page.keyboard.type(person.password);
      await page.keyboard.press('Enter');
      await signIn.awaitCode();
      await page.keyboard.type(await signIn.mailedCode());
      await signIn.expectSignedIn();
    });

    test('a wrong password and an unknown user read the same', async ({ person, open }) => {
      const refusal = 'That email and password don’t match. Check both and try again.';
      const signIn = await open();
      await signIn.submitLogin({ ...person, password: 'Wrong-Horse-9!' });
      await expect(signIn.alert).toHaveText(refusal);
      await expect(signIn.email).toHaveValue(person.email);
      await expect(signIn.password).toHaveValue('Wrong-Horse-9!');
      await signIn.submitLogin({ ...person, email: `nobody.${person.email}` });
      await expect(signIn.alert).toHaveText(refusal);
      await signIn.submitLogin();
      await signIn.awaitCode();
    });

    test('wrong codes are counted down, and the third ends the sign-in', async ({
      page,
      person,
      reachCode,
    }) => {
      const signIn = await reachCode();
      const wrong = await signIn.wrongCode();
      await page.keyboard.type(wrong);
      await expect(signIn.alert).toHaveText('That code isn’t right. 2 tries left.');
      await expect(signIn.code).toHaveValue(wrong);
      // The code is selected: what is typed next replaces it.
      await page.keyboard.type(otherThan(wrong).replace(/.$/, '0'));
      await expect(signIn.alert).toHaveText('That code isn’t right. 1 try left.');
      await page.keyboard.type(wrong);
      await expect(signIn.alert).toHaveText(
        'Too many wrong codes. Sign in again to get a new one.',
      );
      await page.getByRole('button', { name: 'Start again' }).click();
      await expect(signIn.email).toHaveValue(person.email);
      await expect(signIn.password).toBeFocused();
    });

    test('an expired code says so, and a new one may be sent', async ({ page, reachCode }) => {
      await page.clock.install();
      await ageWithThePage(page);
      const signIn = await reachCode();
      const mailed = await signIn.mailedCode();
      await fastForwardPastAWait(page, 235_000);
      await expect(page.getByRole('status').filter({ hasText: '1 minute left' })).toBeAttached();
      await page.clock.fastForward(70_000);
      await expect(signIn.alert).toHaveText('This code has expired. Send a new one.');
      await expect(page.getByRole('button', { name: 'Verify' })).toBeHidden();
      // The server's clock has not moved: it is made to say what it would say by then.
      await answersSay(page, { result: 'sent', expiresIn: '300', resendIn: '30' });
      await page.getByRole('button', { name: 'Send a new code' }).click();
      await expect(page.getByText('We sent a new code.')).toBeVisible();
      await signIn.awaitCode();
      await page.keyboard.type(mailed);
      await signIn.expectSignedIn();
    });

    test('the same code comes again, after the wait and not before', async ({
      page,
      reachCode,
    }) => {
      await page.clock.install();
      const signIn = await reachCode();
      const code = await signIn.mailedCode();
      const calls = countCalls(page, 'RespondToAuthChallenge');
      await page.getByRole('button', { name: 'Send the code again in' }).click({ force: true });
      await signIn.code.focus();
      await page.keyboard.type('12');
      expect(calls()).toBe(0);
      await page.clock.fastForward(31_000);
      await answersSay(page, { result: 'resent', expiresIn: '269', resendIn: '30' });
      await page.getByRole('button', { name: 'Send the code again', exact: true }).click();
      await expect(page.getByText('We sent the code again.')).toBeVisible();
      await expect(signIn.code).toHaveValue('');
      await signIn.awaitCode();
      await expect(page.getByRole('timer')).toHaveText(/Expires in 4:[0-3]\d/);
      await page.keyboard.type(code);
      await signIn.expectSignedIn();
      expect(calls(), 'one mail asked for, one code sent').toBe(2);
    });

    for (const [name, shape] of SHAPES) {
      test(`a code pasted ${name} signs in`, async ({ page, reachCode }) => {
        const signIn = await reachCode();
        // A false start: the paste replaces it.
        await page.keyboard.type('99');
        await signIn.paste(shape(await signIn.mailedCode()));
        await signIn.expectSignedIn();
      });
    }

    test('letters are ignored, editing is native, and a short code is not sent', async ({
      page,
      reachCode,
    }) => {
      const signIn = await reachCode();
      const calls = countCalls(page, 'RespondToAuthChallenge');
      await page.keyboard.type('1a2 b3');
      await expect(signIn.code).toHaveValue('123');
      await page.keyboard.press('Backspace');
      await expect(signIn.code).toHaveValue('12');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.type('9');
      await expect(signIn.code).toHaveValue('192');
      await page.keyboard.press('Enter');
      await expect(signIn.alert).toHaveText('Enter all 6 digits.');
      await signIn.awaitCode();
      await page.keyboard.press('End');
      await page.keyboard.type('4');
      await expect(signIn.alert).toBeHidden();
      expect(calls()).toBe(0);
    });

    test('a different account starts from nothing', async ({ page, reachCode }) => {
      const signIn = await reachCode();
      await page.getByRole('button', { name: 'Use a different account' }).click();
      await expect(signIn.email).toBeFocused();
      await expect(signIn.email).toHaveValue('');
      expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    });

    test('a refresh keeps the step and the clocks, and stores no secret', async ({
      page,
      person,
      reachCode,
    }) => {
      const signIn = await reachCode();
      const code = await signIn.mailedCode();
      await page.keyboard.type(otherThan(code));
      await expect(signIn.alert).toContainText('2 tries left');
      const stored = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
      for (const secret of [person.password, code, otherThan(code), person.email]) {
        expect(stored).not.toContain(secret);
      }
      await page.reload();
      await signIn.awaitCode();
      await expect(page.getByRole('timer')).toHaveText(/Expires in [45]:\d\d/);
      await expect(page.getByRole('button', { name: 'Send the code again in 0:' })).toBeVisible();
      await page.keyboard.type(code);
      await signIn.expectSignedIn();
    });

    test('a slow server: the button says so and takes no second click', async ({
      page,
      person,
      open,
    }) => {
      await page.clock.install();
      const gate = closedGate();
      await once(page, 'InitiateAuth', async (route) => {
        await gate.opened;
        await route.continue();
      });
      const calls = countCalls(page, 'InitiateAuth');
      const signIn = await open();
      await signIn.submitLogin(person);
      await expect(signIn.continue).toHaveText('Signing in…');
      await expect(signIn.continue).toHaveAttribute('aria-disabled', 'true');
      await signIn.continue.click({ force: true });
      await page.clock.fastForward(4_500);
      await expect(signIn.continue).toHaveText('Still working…');
      gate.open();
      await signIn.awaitCode();
      expect(calls()).toBe(1);
    });

    test('offline: it is said, the code is kept, and it goes on', async ({
      page,
      context,
      reachCode,
    }) => {
      const signIn = await reachCode();
      const code = await signIn.mailedCode();
      await context.setOffline(true);
      await expect(page.getByText('You’re offline. We’ll keep your place.')).toBeVisible();
      await page.keyboard.type(code);
      await expect(signIn.alert).toHaveText(
        'We couldn’t reach the server. Check your connection and try again.',
      );
      await expect(signIn.code).toHaveValue(code);
      await context.setOffline(false);
      await expect(page.getByText('You’re offline.')).toBeHidden();
      await page.getByRole('button', { name: 'Verify' }).click();
      await signIn.expectSignedIn();
    });
  });
}
