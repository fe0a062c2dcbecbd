/** People who go back, press twice, have two tabs, paste what they have copied, and come too late: nobody is told what is not true, or left where nothing goes on. */
import { otherThan } from '../e2e/support/fixtures';
import { Person } from '../e2e/support/server';
import { House, Place } from './support/house';
import { expect, test } from './support/fixtures';
import { Visitor } from './support/visitor';

const CODE = 'Check your email';

function heading({ page }: Visitor, name: string) {
  return expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

/** Up to the code, by way of the pool that asks for one. */
async function atCode(visitor: Visitor, house: House): Promise<{ place: Place; person: Person }> {
  const place = await house.code();
  const person = await visitor.person(place);
  await visitor.come(place);
  await visitor.signIn(person);
  await heading(visitor, CODE);
  return { place, person };
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    test.use({ javaScriptEnabled });

    test('a double click on every button of a sign-in is one', async ({ visitor, house }) => {
      const place = await house.strangersWithCode();
      const person = await visitor.person(place);
      await visitor.come(place);
      const { page } = visitor;
      await visitor.type({ 'Email or username': person.email, Password: 'wrong' });
      await visitor.button('Continue').dblclick();
      await expect(page.getByRole('alert')).toContainText('don’t match');
      await visitor.type({ Password: person.password });
      await visitor.button('Continue').dblclick();
      await heading(visitor, CODE);
      expect(await house.server.mailsTo(person.email)).toHaveLength(1);
      await visitor.button('Use a different account').dblclick();
      await heading(visitor, 'Sign in');
      await visitor.signIn(person);
      await heading(visitor, CODE);
      const code = await house.server.codeAfter(person.email, 1);
      // One wrong code, however often its button was pressed.
      await page.locator('#code').fill('1');
      await visitor.button('Verify').dblclick();
      await expect(page.getByRole('alert')).toContainText('Enter all 6 digits.');
      await visitor.code(otherThan(code));
      await expect(page.getByRole('alert')).toContainText('2 tries left.');
      await visitor.code(code);
      await visitor.button('Allow').dblclick();
      await visitor.back();
    });

    test('a code is taken as it was pasted', async ({ visitor, house }) => {
      for (const paste of [
        (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`,
        (code: string) => ` ${code} `,
        (code: string) =>
          code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
        (code: string) => `Your code is ${code}.`,
      ]) {
        await visitor.page.context().clearCookies();
        const { person } = await atCode(visitor, house);
        const field = visitor.page.locator('#code');
        const code = paste(await house.server.codeFor(person.email));
        await visitor.led(async () => {
          await field.fill(code);
          if (!javaScriptEnabled) await field.press('Enter');
        });
        await visitor.back();
      }
    });

    test('whoever comes to a page whose time is over begins again, and is told so', async ({
      visitor,
      house,
    }) => {
      const { place, person } = await atCode(visitor, house);
      // The server has forgotten the sign-in; the page is there still.
      await visitor.page.locator('input[name=tx]').evaluate((field) => {
        field.setAttribute('value', 'A'.repeat(43));
      });
      await visitor.code('123456');
      await heading(visitor, 'Sign in');
      await expect(visitor.page.getByRole('alert')).toContainText('That page was out of date.');
      await visitor.signIn(person);
      await heading(visitor, CODE);
      await visitor.page.goto(
        `${house.asked(place).replace('/oauth2/authorize?', '/challenge?')}&tx=${'A'.repeat(43)}`,
      );
      await expect(visitor.page.getByRole('alert')).toContainText('That page was out of date.');
    });
  });
}

test('back and reload lead to where the sign-in is, at every step', async ({ visitor, house }) => {
  const { page } = visitor;
  const { place, person } = await atCode(visitor, house);
  await page.reload();
  await heading(visitor, CODE);
  await page.goBack();
  await heading(visitor, CODE);
  expect(await house.server.mailsTo(person.email)).toHaveLength(1);
  const code = await house.server.codeFor(person.email);
  await visitor.code(otherThan(code));
  await page.goBack();
  await heading(visitor, CODE);
  await page.reload();
  await expect(page.getByRole('alert')).toContainText('2 tries left.');
  await visitor.code(code);
  await visitor.back();
  // Back from the app: whoever is signed in is led there again, and not to a page that is over.
  await page.goBack();
  await visitor.back();
  await visitor.come(place);
  await visitor.back();
});

test('a page that was stopped from loading can be sent again', async ({ visitor, house, page }) => {
  const place = await house.code();
  const person = await visitor.person(place);
  await visitor.come(place);
  await page.clock.install();
  await visitor.type({ 'Email or username': person.email, Password: person.password });
  let isStopped = false;
  await page.route('**/login?*', async (route) => {
    if (isStopped || route.request().method() !== 'POST') return route.fallback();
    isStopped = true;
    // As the browser has it of a person who presses Escape: the page stays.
    return route.fulfill({ status: 204 });
  });
  await visitor.button('Continue').click();
  await expect.poll(() => isStopped).toBe(true);
  await page.clock.fastForward(5000);
  await visitor.press('Continue');
  await heading(visitor, CODE);
});

test('a code that expires while its page is read is said to have', async ({
  visitor,
  house,
  page,
}) => {
  await page.clock.install();
  await atCode(visitor, house);
  const alert = page.getByRole('alert');
  await page.clock.fastForward('04:00');
  await expect(page.locator('.si-timer')).toHaveText(/^Expires in 0:[0-5]\d$/);
  await expect(alert).toHaveCount(0);
  await page.clock.fastForward('01:00');
  await expect(alert).toContainText('This code has expired. Send a new one.');
  await expect(page.locator('.si-timer')).toBeEmpty();
  await expect(visitor.button('Send a new code')).toBeEnabled();
});

test('whoever is held back is told for how long, and gets the code after that', async ({
  visitor,
  house,
  page,
}) => {
  const place = await house.code();
  const person = await visitor.person(place);
  for (let before = 0; before < 3; before += 1) {
    await page.context().clearCookies();
    await visitor.come(place);
    await visitor.signIn(person);
    await heading(visitor, CODE);
  }
  await page.context().clearCookies();
  await visitor.come(place);
  await visitor.signIn(person);
  await heading(visitor, 'Your code has to wait');
  expect(await house.server.mailsTo(person.email)).toHaveLength(3);
  const wait = page.getByRole('button', { name: /^Send a new code in \d:\d\d$/ });
  await expect(wait).toHaveAttribute('aria-disabled', 'true');
  // Earlier codes are as good as they were: it is this one that waits.
  await visitor.press('Use a different account');
  await heading(visitor, 'Sign in');
});

test('an address that was typed wrongly is no dead end', async ({ visitor, house, page }) => {
  const place = await house.code();
  const person = await visitor.person(place);
  await visitor.come(place);
  await visitor.signIn({ ...person, email: person.email.replace('@', '.@') });
  await expect(page.getByRole('alert')).toContainText('don’t match');
  await visitor.signIn({ ...person, email: ` ${person.email} ` });
  await heading(visitor, CODE);
});

test('what was typed at a sign-up is there still when something of it is refused', async ({
  visitor,
  house,
}) => {
  const place = await house.people();
  await visitor.come(place);
  await visitor.press('Create an account');
  await visitor.type({
    'Email or username': `eve.${Date.now()}@example.com`,
    Name: 'Eve “E” <Example>',
    Password: 'weak',
    'New password again': 'weak',
  });
  await visitor.press('Continue');
  await expect(visitor.page.getByRole('alert')).toContainText('doesn’t meet the rules');
  await expect(visitor.field('Name')).toHaveValue('Eve “E” <Example>');
});
