import { randomBytes } from 'node:crypto';
import { otherThan } from '../../e2e/support/fixtures';
import { Journey } from './journey';

const PASSWORD = 'Another-Hörse-9!';

const signUp: Journey = {
  name: 'a sign-up, confirmed by a mailed code',
  shows: [
    'sign_up: at first',
    'sign_up: refused',
    'confirm: at first',
    'confirm: wrong',
    'confirm: resent',
    'login: after a sign-up',
  ],
  async walk(visitor) {
    const { house } = visitor;
    const place = await house.people();
    const known = await visitor.person(place, { name: 'Ana' });
    const email = `eve.${randomBytes(6).toString('hex')}@example.com`;
    await visitor.come(place);
    await visitor.press('Create an account');
    await visitor.see('sign_up', 'at first');
    const ask = async (name: string) => {
      await visitor.type({
        'Email or username': name,
        Name: 'Eve',
        Password: PASSWORD,
        'New password again': PASSWORD,
      });
      await visitor.press('Continue');
    };
    await ask(known.email);
    await visitor.see('sign_up', 'refused');
    await ask(email);
    await visitor.see('confirm', 'at first');
    const code = await house.server.codeFor(email);
    await visitor.code(otherThan(code));
    await visitor.see('confirm', 'wrong');
    await visitor.press('Send the code again');
    await visitor.see('confirm', 'resent');
    await visitor.code(await house.server.codeAfter(email, 1));
    await visitor.see('login', 'after a sign-up');
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.back();
  },
};

const terms: Journey = {
  name: 'a sign-up that links to terms',
  shows: ['sign_up: with terms'],
  async walk(visitor) {
    await visitor.come(await visitor.house.withTerms());
    await visitor.press('Create an account');
    await visitor.see('sign_up', 'with terms');
  },
};

const forgotten: Journey = {
  name: 'a forgotten password',
  shows: [
    'forgot: at first',
    'reset: at first',
    'reset: wrong',
    'reset: resent',
    'login: after a new password',
  ],
  async walk(visitor) {
    const { house } = visitor;
    const place = await house.people();
    const { email } = await visitor.person(place, { name: 'Ana' });
    await visitor.come(place);
    await visitor.press('Forgot your password?');
    await visitor.see('forgot', 'at first');
    await visitor.type({ 'Email or username': email });
    await visitor.press('Send the code');
    await visitor.see('reset', 'at first');
    const choose = async (code: string) => {
      const password = { 'New password': PASSWORD, 'New password again': PASSWORD };
      await visitor.type({ Code: code, ...password });
      await visitor.press('Continue');
    };
    await choose(otherThan(await house.server.codeFor(email)));
    await visitor.see('reset', 'wrong');
    await visitor.press('Send the code again');
    await visitor.see('reset', 'resent');
    await choose(await house.server.codeAfter(email, 1));
    await visitor.see('login', 'after a new password');
    await visitor.signIn({ email, password: PASSWORD });
    await visitor.back();
  },
};

export const ACCOUNTS: readonly Journey[] = [signUp, terms, forgotten];
