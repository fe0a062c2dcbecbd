import { plugIn } from '../../e2e/support/authenticator';
import { expect, otherThan } from '../../e2e/support/fixtures';
import { appCode } from '../../e2e/support/people';
import { Place } from '../support/house';
import { phone } from '../support/phone';
import { Visitor } from '../support/visitor';
import { Journey } from './journey';

const second: Journey = {
  name: 'second factors by mail and by SMS, and the choice between them',
  shows: ['choice: at first', 'factor: by mail', 'factor: by mail, wrong', 'factor: by SMS'],
  async walk(visitor) {
    const { server } = visitor.house;
    const place = await visitor.house.secondFactors();
    const number = phone();
    const person = await visitor.person(place, { phone: number });
    await server.call('AdminSetUserMFAPreference', {
      UserPoolId: place.pool.userPoolId,
      Username: person.email,
      EmailMfaSettings: { Enabled: true },
      SMSMfaSettings: { Enabled: true },
    });
    await visitor.come(place);
    await visitor.signIn(person);
    await visitor.see('choice', 'at first');
    await visitor.press('A code by email');
    await visitor.see('factor', 'by mail');
    const code = await server.codeAfter(person.email, 0, 8);
    await visitor.code(otherThan(code));
    await visitor.see('factor', 'by mail, wrong');
    await visitor.press('Use a different account');
    await visitor.signIn(person);
    await visitor.press('A code by text message');
    await visitor.see('factor', 'by SMS');
    await visitor.code(await server.codeFor(number));
    await visitor.back();
  },
};

const app: Journey = {
  name: 'an authenticator app, set up and asked for',
  shows: ['set_up: at first', 'set_up: wrong', 'factor: of an app'],
  async walk(visitor) {
    const place = await visitor.house.apps();
    const person = await visitor.person(place);
    await visitor.come(place);
    await visitor.signIn(person);
    await visitor.see('set_up', 'at first');
    const key = await visitor.page.locator('.ph-seed').innerText();
    await visitor.code(otherThan(appCode(key)));
    await visitor.see('set_up', 'wrong');
    await visitor.code(appCode(key));
    await visitor.back();
    await visitor.come(place, { prompt: 'login' });
    await visitor.signIn(person);
    await visitor.see('factor', 'of an app');
    await visitor.code(appCode(key, 1));
    await visitor.back();
  },
};

const begins: Journey = {
  name: 'what a sign-in begins with: the password, a code by mail, a code by SMS',
  shows: [
    'login: by the name alone',
    'begin: at first',
    'login: by the name alone, after a wrong password',
    'factor: in place of the password, by mail',
    'factor: in place of the password, by SMS',
  ],
  async walk(visitor) {
    const place = await visitor.house.choice();
    const number = phone();
    const person = await visitor.person(place, { phone: number });
    const name = async () => {
      await visitor.type({ 'Email or username': person.email });
      await visitor.press('Continue');
    };
    await visitor.come(place);
    await visitor.see('login', 'by the name alone');
    await name();
    await visitor.see('begin', 'at first');
    await visitor.type({ Password: 'wrong' });
    await visitor.press('Continue');
    await visitor.see('login', 'by the name alone, after a wrong password');
    await visitor.press('Continue');
    await visitor.press('A code by text message');
    await visitor.see('factor', 'in place of the password, by SMS');
    await visitor.press('Use a different account');
    await name();
    await visitor.press('A code by email');
    await visitor.see('factor', 'in place of the password, by mail');
    await visitor.code(await visitor.house.server.codeAfter(person.email, 0, 8));
    if (visitor.hasScripts) await visitor.press('Not now');
    await visitor.back();
  },
};

const passkeys: Journey = {
  name: 'passkeys: the offer, what is not made, what is not used',
  shows: ['offer: at first', 'passkey: not made', 'passkey: not used', 'passkey: without a script'],
  scripts: 'with',
  async walk(visitor) {
    const { page } = visitor;
    const { cdp, authenticatorId } = await plugIn(page);
    const verified = (isUserVerified: boolean) =>
      cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    const place = await visitor.house.choice();
    const person = await visitor.person(place);
    const byPassword = async () => {
      await visitor.type({ 'Email or username': person.email });
      await visitor.press('Continue');
    };
    await visitor.come(place);
    await byPassword();
    await visitor.type({ Password: person.password });
    await visitor.press('Continue');
    await visitor.see('offer', 'at first');
    await verified(false);
    await visitor.press('Create a passkey');
    await visitor.see('passkey', 'not made');
    await verified(true);
    await visitor.led(() => visitor.button('Create a passkey').click());
    await visitor.back();
    await verified(false);
    await visitor.come(place, { prompt: 'login' });
    await byPassword();
    await visitor.press('Use a passkey');
    await visitor.see('passkey', 'not used');
    await verified(true);
    await visitor.led(() => visitor.button('Use a passkey').click());
    await visitor.back();
    await withoutAScript(visitor, place, person.email);
  },
};

/** Nobody is shown a button that needs a script. Who comes to its page all the same is told, and can go on. */
async function withoutAScript(visitor: Visitor, place: Place, email: string) {
  const context = await visitor.page.context().browser()?.newContext({ javaScriptEnabled: false });
  if (!context) throw new Error('There is no browser.');
  const other = visitor.in(await context.newPage(), false);
  await other.come(place);
  await other.type({ 'Email or username': email });
  await other.press('Continue');
  await expect(other.button('Use a passkey')).toHaveCount(0);
  await other.page.locator('[data-passkey]').evaluate((button) => button.removeAttribute('hidden'));
  await other.press('Use a passkey');
  // Not inspected: axe is a script, too. Playwright leaves such elements out of a page's text.
  await expect(other.page.locator('main')).toHaveAttribute('data-page', 'passkey');
  visitor.seen.push('passkey: without a script');
  await expect(other.page.locator('noscript p')).toHaveText(
    'Passkeys need JavaScript in this browser.',
  );
  await other.press('Other ways');
  await expect(other.field('Email or username')).toHaveValue(email);
  await context.close();
}

export const FACTORS: readonly Journey[] = [second, app, begins, passkeys];
