import { Page } from '@playwright/test';
import { otherThan } from '../../e2e/support/fixtures';
import { CODE_STATES } from '../support/table';
import { Visitor } from '../support/visitor';
import { Journey } from './journey';

const byOurs: Journey = {
  name: 'a password, a mailed code, wrong ones, and a second tab',
  shows: [
    'login: at first',
    'login: refused',
    'code: by our functions',
    'code: out of date',
    'code: too short',
    'code: wrong, by our functions',
    'code: in a second tab',
    'login: after three wrong codes',
    'login: after another account was asked for',
  ],
  async walk(visitor) {
    const { house, page } = visitor;
    const place = await house.code();
    const person = await visitor.person(place);
    await visitor.come(place);
    await visitor.see('login', 'at first');
    await visitor.signIn({ ...person, password: 'wrong' });
    await visitor.see('login', 'refused');
    const old = await formOf(page);
    await visitor.signIn(person);
    await visitor.see('code', 'by our functions');
    await visitor.led(() => send(page, old));
    await visitor.see('code', 'out of date');
    await visitor.code('12345');
    await visitor.see('code', 'too short');
    const wrong = otherThan(await house.server.codeFor(person.email));
    await visitor.code(wrong);
    await visitor.see('code', 'wrong, by our functions');
    await inASecondTab(visitor, async (tab) => {
      await tab.come(place);
      await tab.signIn(person);
      await tab.see('code', 'in a second tab');
    });
    await visitor.code(wrong);
    await visitor.code(wrong);
    await visitor.see('login', 'after three wrong codes');
    await visitor.signIn(person);
    await visitor.press('Use a different account');
    await visitor.see('login', 'after another account was asked for');
  },
};

/** Another page of the same browser, looked at in the same way. */
async function inASecondTab(visitor: Visitor, walk: (tab: Visitor) => Promise<void>) {
  const tab = visitor.in(await visitor.page.context().newPage());
  await walk(tab);
  await tab.page.close();
}

/** A form as a browser remembers it: where it is sent, and what the page has put into it. */
interface Remembered {
  readonly action: string;
  readonly fields: readonly (readonly [string, string])[];
}

async function formOf(page: Page): Promise<Remembered> {
  const hidden = page.locator('input[type=hidden][value]');
  const fields = await hidden.evaluateAll((all) =>
    all.map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? ''] as const),
  );
  return { action: (await page.locator('form').getAttribute('action')) ?? '', fields };
}

/** Sends a form that the page has gone on from. */
function send(page: Page, old: Remembered): Promise<void> {
  return page.evaluate(({ action, fields }) => {
    const form = document.createElement('form');
    form.method = 'post';
    form.action = action;
    for (const [name, value] of fields) {
      const field = document.createElement('input');
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }, old);
}

const states: Journey = {
  name: 'whatever functions say of a code',
  shows: [...CODE_STATES.map(({ name }) => `code: ${name}`)],
  async walk(visitor) {
    const place = await visitor.house.states();
    await visitor.come(place);
    await visitor.signIn(await visitor.person(place));
    for (const { name } of CODE_STATES) {
      await visitor.see('code', name);
      if (name.startsWith('closed')) break;
      const field = visitor.page.locator('#code');
      if (await field.isVisible()) {
        const length = Number((await field.getAttribute('data-length')) ?? 6);
        await visitor.code('0'.repeat(length));
      } else {
        await visitor.press(/Send/);
      }
    }
    await visitor.press('Start again');
  },
};

const firstPassword: Journey = {
  name: 'a first password, with what else is asked for',
  shows: [
    'new_password: at first',
    'new_password: twice differently',
    'new_password: too weak',
    'code: with a new password',
  ],
  async walk(visitor) {
    const place = await visitor.house.named();
    const person = await visitor.person(place, { temporary: true });
    await visitor.come(place);
    await visitor.signIn(person);
    await visitor.see('new_password', 'at first');
    const choose = async (password: string, again = password) => {
      await visitor.type({ 'New password': password, 'New password again': again, Name: 'Ana' });
      await visitor.press('Continue');
    };
    await choose('Another-Hörse-9!', 'Another-Horse-9!');
    await visitor.see('new_password', 'twice differently');
    await choose('weak');
    await visitor.see('new_password', 'too weak');
    await choose('Another-Hörse-9!');
    await visitor.see('code', 'with a new password');
    await visitor.code(await visitor.house.server.codeFor(person.email));
    await visitor.back();
  },
};

const arabic: Journey = {
  name: 'a language that is read from the right',
  shows: ['login: in Arabic', 'code: in Arabic'],
  async walk(visitor) {
    const place = await visitor.house.code();
    const person = await visitor.person(place);
    await visitor.come(place, { lang: 'ar' });
    await visitor.see('login', 'in Arabic');
    await visitor.page.locator('#username').fill(person.email);
    await visitor.page.locator('#password').fill(person.password);
    await visitor.led(() => visitor.page.locator('#password').press('Enter'));
    await visitor.see('code', 'in Arabic');
  },
};

export const CODES: readonly Journey[] = [byOurs, states, firstPassword, arabic];
