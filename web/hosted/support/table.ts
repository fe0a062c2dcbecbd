/** Which pages hosted login has, by their templates, and in which states a person can see each of them. */
import { readFileSync } from 'node:fs';

interface CodeState {
  readonly name: string;
  readonly says: string;
}

/** What functions can say of a code, in the order in which the functions of these tests say it. */
export const CODE_STATES = JSON.parse(
  readFileSync(new URL('../functions/states.json', import.meta.url), 'utf8'),
) as readonly CodeState[];

/** For each template and each of its states, words that tell the state. */
export const PAGES: Readonly<Record<string, Readonly<Record<string, string | RegExp>>>> = {
  login: {
    'at first': 'Sign in',
    refused: 'That name and password don’t match.',
    'after three wrong codes': 'Too many wrong codes. Sign in again to get a new one.',
    'after another account was asked for': 'Sign in',
    'by the name alone': 'Email or username',
    'by the name alone, after a wrong password': 'That name and password don’t match.',
    'after a sign-up': 'Your registration is confirmed.',
    'after a new password': 'Your password was changed.',
    'with identity providers': 'Continue with Corp',
    'by identity providers alone': 'Continue with Corp',
    'begun anew': 'That page was out of date.',
    'in the classic look': 'Sign in',
    'in a managed look': 'Sign in',
    'in Arabic': 'تسجيل الدخول',
  },
  code: {
    ...Object.fromEntries(CODE_STATES.map(({ name, says }) => [name, says])),
    'by our functions': 'We sent a code to',
    'wrong, by our functions': '2 tries left.',
    'too short': 'Enter all 6 digits.',
    'out of date': 'That page was out of date.',
    'in a second tab': 'We sent a code to',
    'with a new password': 'Your new password counts once the code is confirmed.',
    'in Arabic': /\d/,
  },
  new_password: {
    'at first': 'Choose a new password',
    'twice differently': 'The two passwords differ.',
    'too weak': 'This password doesn’t meet the rules.',
  },
  sign_up: {
    'at first': 'Create an account',
    refused: 'That name is taken.',
    'with terms': 'Privacy policy',
  },
  confirm: {
    'at first': 'We sent you a code.',
    wrong: 'That code isn’t right.',
    resent: 'We sent the code again.',
  },
  forgot: { 'at first': 'Reset your password' },
  reset: {
    'at first': 'We sent you a code.',
    wrong: 'That code isn’t right.',
    resent: 'We sent the code again.',
  },
  begin: {
    'at first': 'Other ways',
  },
  factor: {
    'by mail': 'Check your email',
    'by mail, wrong': 'That code isn’t right.',
    'by SMS': 'Check your phone',
    'of an app': 'Enter the code from your authenticator app',
    'in place of the password, by mail': 'Check your email',
    'in place of the password, by SMS': 'Check your phone',
  },
  choice: { 'at first': 'How do you want to confirm it’s you?' },
  set_up: {
    'at first': 'Set up your authenticator app',
    wrong: 'That code isn’t right.',
  },
  offer: {
    'at first': 'Sign in without a password next time',
  },
  passkey: {
    'not made': 'No passkey was made.',
    'not used': 'That passkey didn’t work.',
    'without a script': 'Use your passkey',
  },
  consent: {
    'of a client that registered itself': 'Nobody has checked its name.',
  },
  known_as: { 'at first': 'Continue as' },
  sign_out: { 'at first': 'Do you want to sign out?' },
  said: {
    'signed out': 'You’re signed out',
    'a request that leads nowhere': 'Go back to the app and start again there.',
    'a form from elsewhere': 'This form was not sent from this page.',
    'a browser without cookies': 'This page needs cookies.',
    'too many requests': 'Too many requests',
  },
};

/** A state, as `template: state`. */
export function all(): string[] {
  return Object.entries(PAGES).flatMap(([page, states]) =>
    Object.keys(states).map((state) => `${page}: ${state}`),
  );
}
