import { CodeAlphabet } from './auth/code-challenge';
import { EndedState, Problem } from './flow/flow-state';

/**
 * Every word that the forms show or say. Parts that vary are functions, so that a language can
 * order and inflect them as it needs.
 */
export interface SignInTexts {
  /** BCP 47 tag of the language, for `lang`. */
  lang: string;
  dir: 'ltr' | 'rtl';

  signInTitle: string;
  signInLead: string;
  email: string;
  /** Label of the same field in pools whose users have names of their own. */
  username: string;
  password: string;
  showPassword: string;
  hidePassword: string;
  continue: string;
  signingIn: string;
  stillWorking: string;

  emailMissing: string;
  usernameMissing: string;
  emailMalformed: string;
  passwordMissing: string;
  refused: string;
  usernameRefused: string;
  throttled: string;
  deliveryFailed: string;
  newPasswordRequired: string;
  unconfirmed: string;
  unsupported: string;
  network: string;
  offline: string;
  server: string;

  codeTitle: string;
  /** Around the masked address; `codeLeadUnknown` where the server does not tell one. */
  codeLead: { before: string; after: string };
  codeLeadUnknown: string;
  codeLabel: (length: number, alphabet: CodeAlphabet) => string;
  codeHint: string;
  /** `time` is minutes and seconds: `2:59`. */
  expiresIn: (time: string) => string;
  oneMinuteLeft: string;
  verify: string;
  verifying: string;
  codeIncomplete: (length: number, alphabet: CodeAlphabet) => string;
  codeWrong: (attemptsLeft: number | null) => string;
  codeExpired: string;
  /** Where no new code can be asked for. */
  codeExpiredForGood: string;
  resend: string;
  resendIn: (time: string) => string;
  resent: string;
  renew: string;
  renewed: string;
  resentTooSoon: string;
  differentAccount: string;

  endedTitle: string;
  endedAttempts: string;
  endedLocked: string;
  endedSession: string;
  startAgain: string;

  doneTitle: string;
  doneLead: string;
}

export const ENGLISH: SignInTexts = {
  lang: 'en',
  dir: 'ltr',

  signInTitle: 'Sign in',
  signInLead: 'Use your work account.',
  email: 'Email',
  username: 'Email or username',
  password: 'Password',
  showPassword: 'Show password',
  hidePassword: 'Hide password',
  continue: 'Continue',
  signingIn: 'Signing in…',
  stillWorking: 'Still working…',

  emailMissing: 'Enter your email.',
  usernameMissing: 'Enter your email or username.',
  emailMalformed: 'Enter an email like name@example.com.',
  passwordMissing: 'Enter your password.',
  refused: 'That email and password don’t match. Check both and try again.',
  usernameRefused: 'That name and password don’t match. Check both and try again.',
  throttled: 'Too many attempts. Wait a minute, then try again.',
  deliveryFailed: 'We couldn’t send your code. Wait a minute, then try again.',
  newPasswordRequired:
    'Your password must be changed before you can sign in here. Ask your administrator.',
  unconfirmed: 'This account isn’t confirmed yet. Ask your administrator.',
  unsupported: 'This account needs a step that isn’t available here. Ask your administrator.',
  network: 'We couldn’t reach the server. Check your connection and try again.',
  offline: 'You’re offline. We’ll keep your place.',
  server: 'Something went wrong on our side. Try again in a minute.',

  codeTitle: 'Check your email',
  codeLead: { before: 'We sent a code to ', after: '.' },
  codeLeadUnknown: 'We sent you a code.',
  codeLabel: (length, alphabet) =>
    alphabet === 'digits' ? `${length}-digit code` : `${length}-character code`,
  codeHint: 'You can paste the whole code.',
  expiresIn: (time) => `Expires in ${time}`,
  oneMinuteLeft: '1 minute left',
  verify: 'Verify',
  verifying: 'Checking the code…',
  codeIncomplete: (length, alphabet) =>
    `Enter all ${length} ${alphabet === 'digits' ? 'digits' : 'characters'}.`,
  codeWrong: (left) => {
    if (left === null) return 'That code isn’t right.';
    return `That code isn’t right. ${left === 1 ? '1 try' : `${left} tries`} left.`;
  },
  codeExpired: 'This code has expired. Send a new one.',
  codeExpiredForGood: 'This code has expired. Start again to get a new one.',
  resend: 'Send the code again',
  resendIn: (time) => `Send the code again in ${time}`,
  resent: 'We sent the code again.',
  renew: 'Send a new code',
  renewed: 'We sent a new code.',
  resentTooSoon: 'We sent it a moment ago. Check your inbox and your spam folder.',
  differentAccount: 'Use a different account',

  endedTitle: 'Sign in again',
  endedAttempts: 'Too many wrong codes. Sign in again to get a new one.',
  endedLocked: 'Too many wrong codes. Wait a few minutes, then sign in again.',
  endedSession: 'This sign-in has timed out. Sign in again to get a new code.',
  startAgain: 'Start again',

  doneTitle: 'You’re signed in',
  doneLead: 'Taking you to the app…',
};

export function problemText(texts: SignInTexts, problem: Problem): string {
  switch (problem.kind) {
    case 'refused':
      return texts.refused;
    case 'throttled':
      return texts.throttled;
    case 'delivery':
      return texts.deliveryFailed;
    case 'new-password':
      return texts.newPasswordRequired;
    case 'unconfirmed':
      return texts.unconfirmed;
    case 'unsupported':
      return texts.unsupported;
    case 'network':
      return texts.network;
    case 'server':
      return texts.server;
    case 'expired':
      return texts.codeExpired;
    case 'wrong-code':
      return texts.codeWrong(problem.attemptsLeft);
  }
}

export function endText(texts: SignInTexts, reason: EndedState['reason']): string {
  switch (reason) {
    case 'attempts':
      return texts.endedAttempts;
    case 'locked':
      return texts.endedLocked;
    case 'session':
      return texts.endedSession;
  }
}
