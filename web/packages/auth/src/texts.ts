import type { Opener } from './code-challenge.js';
import { fill } from './fill.js';
import type { FlowState, PendingCode, Problem } from './flow-state.js';
import type { FlowSnapshot } from './sign-in-flow.js';
import en from './languages/en.js';

export { codeForm, leadParts } from './code-form.js';
export type { CodeFormState, CodeFormView } from './code-form.js';
export { fill, formatTime } from './fill.js';

/**
 * Every word that the forms show or say, as data: `{n}`, `{time}` and `{address}` stand for what
 * varies. One file for each language, in `@poolhouse/auth/languages`.
 */
export interface SignInTexts {
  /** BCP 47 tag of the language, for `lang` and for the mail. */
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
  unverified: string;
  reset: string;
  unconfirmed: string;
  administrator: string;
  unsupported: string;
  network: string;
  offline: string;
  server: string;

  newPasswordTitle: string;
  newPasswordLead: string;
  newPassword: string;
  ruleLength: string;
  ruleUppercase: string;
  ruleLowercase: string;
  ruleNumber: string;
  ruleSymbol: string;
  /** Said after a rule that the typed password meets. */
  ruleMet: string;
  fieldMissing: string;
  passwordWeak: string;
  newPasswordCounts: string;
  passwordUnchanged: string;
  /** Labels of attributes that a pool may require; others are shown by their name. */
  attributes: Readonly<Partial<Record<string, string>>>;

  codeTitle: string;
  /** `codeLeadUnknown` where the server does not tell an address. */
  codeLead: string;
  codeLeadUnknown: string;
  codeLabel: string;
  /** The same of codes with letters, in languages that tell digits from characters. */
  codeLabelLetters?: string;
  codeHint: string;
  expiresIn: string;
  oneMinuteLeft: string;
  /** Beside a box to tick, where a device may stand for the code. */
  remember: string;
  verify: string;
  verifying: string;
  codeIncomplete: string;
  codeIncompleteLetters?: string;
  codeTooLong: string;
  codeTooLongLetters?: string;
  codeWrong: string;
  /** By the language's plural rules; said after `codeWrong`. */
  triesLeft: Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;
  codeExpired: string;
  /** Where no new code can be asked for. */
  codeExpiredForGood: string;
  /** Where a newer one is on its way or there. */
  codeReplaced: string;
  codeUsed: string;
  notSent: string;
  mailFailed: string;
  addressRefused: string;
  resend: string;
  resendIn: string;
  resent: string;
  renew: string;
  renewIn: string;
  renewed: string;
  sent: string;
  resentTooSoon: string;
  /** Before the first mail of a sign-in may leave, after too many of them or too many wrong codes. */
  heldTitle: string;
  /** In place of it where a mail was refused or given up: then waiting is not what helps. */
  undeliveredTitle: string;
  held: string;
  heldLocked: string;
  differentAccount: string;

  endedTitle: string;
  endedAttempts: string;
  endedLocked: string;
  endedClosed: string;
  endedSession: string;
  endedOver: string;
  opensPassword: string;
  opensAdministrator: string;
  startAgain: string;

  doneTitle: string;
  doneLead: string;
}

export const ENGLISH = en;

/** What a form says besides its labels. Empty where there is nothing to say. */
export interface Said {
  /** The step's heading. */
  readonly title: string;
  /** The sentence below it. */
  readonly lead: string;
  /** What went wrong; in red, to be announced at once. */
  readonly error: string;
  /** Good news about the mail; the field is emptied. */
  readonly notice: string;
  /** What else is worth knowing. */
  readonly hint: string;
}

/** Every state in words, each with what to do next. */
export function say(
  texts: SignInTexts,
  { state, resendIn }: Pick<FlowSnapshot, 'state' | 'resendIn'>,
  byUsername = false,
): Said {
  const said = (title: string, lead = '', error = '', notice = '', hint = '') => ({
    title,
    lead,
    error,
    notice,
    hint,
  });
  switch (state.step) {
    case 'done':
      return said(texts.doneTitle, texts.doneLead);
    case 'ended':
      return said(texts.endedTitle, '', endText(texts, state));
    case 'credentials': {
      const error = problemText(texts, state.problem, byUsername);
      return said(texts.signInTitle, texts.signInLead, error);
    }
    case 'new-password': {
      const error = problemText(texts, state.problem, byUsername);
      return said(texts.newPasswordTitle, texts.newPasswordLead, error);
    }
    case 'code': {
      const { problem, notice, pending } = state;
      const { title, lead } = codeHeading(texts, pending);
      const forGood = problem?.kind === 'expired' && resendIn === null;
      const error = forGood ? texts.codeExpiredForGood : problemText(texts, problem, byUsername);
      const news = notice && notice !== 'too-soon' && !pending.waiting ? texts[notice] : '';
      const hint = codeHint(texts, state);
      return said(title, lead, error, news, hint === lead ? '' : hint);
    }
  }
}

/**
 * The heading of the code step, and the sentence below it. What became of the mail tells more than
 * that another has to wait: nobody is told to be patient with an address that takes no mail.
 */
export function codeHeading(
  texts: SignInTexts,
  { waiting, mail, destination }: Pick<PendingCode, 'waiting' | 'mail' | 'destination'>,
): Pick<Said, 'title' | 'lead'> {
  if (waiting === 'held' && mail === 'refused')
    return { title: texts.undeliveredTitle, lead: texts.addressRefused };
  if (waiting === 'held' && mail === 'failed')
    return { title: texts.undeliveredTitle, lead: texts.deliveryFailed };
  if (waiting)
    return { title: texts.heldTitle, lead: waiting === 'held' ? texts.held : texts.heldLocked };
  const lead = destination ? fill(texts.codeLead, { address: destination }) : texts.codeLeadUnknown;
  return { title: texts.codeTitle, lead };
}

function codeHint(texts: SignInTexts, state: FlowState & { step: 'code' }): string {
  const { pending, notice, problem } = state;
  if (problem?.kind === 'not-sent') return '';
  if (pending.mail === 'refused') return texts.addressRefused;
  if (pending.mail === 'failed') return pending.waiting ? texts.deliveryFailed : texts.mailFailed;
  if (notice === 'too-soon') return texts.resentTooSoon;
  return pending.newPassword ? texts.newPasswordCounts : '';
}

function problemText(texts: SignInTexts, problem: Problem | null, byUsername: boolean): string {
  if (!problem) return '';
  switch (problem.kind) {
    case 'refused':
      return byUsername ? texts.usernameRefused : texts.refused;
    case 'delivery':
      return texts.deliveryFailed;
    case 'password':
      return texts.passwordWeak;
    case 'expired':
      return texts.codeExpired;
    case 'replaced':
      return texts.codeReplaced;
    case 'used':
      return texts.codeUsed;
    case 'not-sent':
      return problem.mail === 'refused' ? texts.addressRefused : texts.notSent;
    case 'wrong-code':
      return wrongCode(texts, problem.attemptsLeft);
    default:
      return texts[problem.kind];
  }
}

function wrongCode(texts: SignInTexts, n: number | null): string {
  if (n === null) return texts.codeWrong;
  const { triesLeft } = texts;
  const left = triesLeft[new Intl.PluralRules(texts.lang).select(n)] ?? triesLeft.other;
  return `${texts.codeWrong} ${fill(left, { n })}`;
}

function endText(texts: SignInTexts, state: FlowState & { step: 'ended' }): string {
  const why = {
    attempts: texts.endedAttempts,
    // A lock that somebody has to open outlasts any few minutes.
    locked: state.opens ? texts.endedClosed : texts.endedLocked,
    closed: texts.endedClosed,
    session: texts.endedSession,
    over: texts.endedOver,
  }[state.reason];
  const openers: Readonly<Record<Opener, string>> = {
    password: texts.opensPassword,
    administrator: texts.opensAdministrator,
  };
  const opens = state.opens
    ? openers[state.opens]
    : state.reason === 'closed'
      ? texts.opensAdministrator
      : '';
  return [why, opens, state.passwordUnchanged ? texts.passwordUnchanged : '']
    .filter(Boolean)
    .join(' ');
}
