import type { Opener } from './code-challenge.js';
import type { Said } from './common-texts.js';
import type { CodeState, EndedState, FactorState, PendingCode, Problem } from './flow-state.js';
import type { SignInTexts } from './sign-in-texts.js';
import type { FlowSnapshot } from './sign-in-flow.js';

export { RARE_ENGLISH } from './english/rare.js';

/**
 * What `sayCommon` leaves to say, and that where there is nothing. It imports nothing that every
 * sign-in loads, or bundlers would cut that in two.
 */
export function sayRare(
  texts: SignInTexts,
  { state, resendIn }: Pick<FlowSnapshot, 'state' | 'resendIn'>,
  said: Said,
): Said {
  switch (state.step) {
    case 'done':
      return said;
    case 'ended':
      return { ...said, title: texts.endedTitle, error: endText(texts, state) };
    case 'credentials':
      return { ...said, error: said.error || problemText(texts, state.problem) };
    case 'new-password': {
      const error = said.error || problemText(texts, state.problem);
      return { ...said, title: texts.newPasswordTitle, lead: texts.newPasswordLead, error };
    }
    case 'factor':
      return { ...said, ...factorHeading(texts, state), error: factorError(texts, state, said) };
    case 'code': {
      const { problem, notice, pending } = state;
      const heading = codeHeading(texts, pending);
      const forGood = problem?.kind === 'expired' && resendIn === null;
      const error = forGood ? texts.codeExpiredForGood : said.error || problemText(texts, problem);
      const news = notice && notice !== 'too-soon' && !pending.waiting ? texts[notice] : '';
      const hint = codeHint(texts, state);
      return { ...heading, error, notice: news, hint: hint === heading.lead ? '' : hint };
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
  const known = () => texts.codeLead.replace('{address}', () => destination);
  return { title: texts.codeTitle, lead: destination ? known() : texts.codeLeadUnknown };
}

/** What one of several choices is called on its button. */
export function choiceText(texts: SignInTexts, choice: string): string {
  const names: Readonly<Partial<Record<string, string>>> = {
    SOFTWARE_TOKEN_MFA: texts.app,
    EMAIL_OTP: texts.email,
    SMS_MFA: texts.textMessage,
    SMS_OTP: texts.textMessage,
    PASSWORD: texts.password,
    WEB_AUTHN: texts.passkey,
  };
  return names[choice] ?? choice;
}

/** What the form of this step asks for. */
export function factorForm({ challenge }: Pick<FactorState, 'challenge'>): FactorForm {
  const { name, choices, key } = challenge;
  if (name === 'WEB_AUTHN') return 'passkey';
  if (key) return 'set-up';
  if (name === 'MFA_SETUP' && choices.length === 1 && choices[0] === 'EMAIL_OTP') return 'address';
  return choices.length ? 'choice' : 'code';
}

/** A code; a choice; the first code of an app that is being set up; an address for codes; a passkey. */
export type FactorForm = 'code' | 'choice' | 'set-up' | 'address' | 'passkey';

function factorHeading(texts: SignInTexts, state: FactorState): Pick<Said, 'title' | 'lead'> {
  const { name, destination } = state.challenge;
  switch (factorForm(state)) {
    case 'passkey':
      return { title: texts.passkey, lead: '' };
    case 'set-up':
      return { title: texts.setUpApp, lead: texts.appLead };
    case 'address':
      return { title: texts.email, lead: texts.newEmailLead };
    case 'choice':
      return { title: texts.chooseTitle, lead: name === 'MFA_SETUP' ? texts.setUpLead : '' };
    case 'code': {
      if (name === 'SOFTWARE_TOKEN_MFA') return { title: texts.app, lead: texts.appAsk };
      const { title, lead } = codeHeading(texts, { waiting: null, mail: null, destination });
      return { title: name === 'EMAIL_OTP' ? title : texts.textMessage, lead };
    }
  }
}

function factorError(texts: SignInTexts, { challenge, problem }: FactorState, said: Said): string {
  const ofApp = challenge.key !== '' || challenge.name === 'SOFTWARE_TOKEN_MFA';
  switch (problem?.kind) {
    case 'code':
      return ofApp ? texts.appCodeWrong : texts.codeWrong;
    case 'code-over':
      if (challenge.renews) return texts.codeExpired;
      return ofApp ? texts.appCodeWrong : texts.codeExpiredForGood;
    default:
      return said.error || problemText(texts, problem);
  }
}

function codeHint(texts: SignInTexts, { pending, notice, problem }: CodeState): string {
  if (problem?.kind === 'not-sent') return '';
  if (pending.mail === 'refused') return texts.addressRefused;
  if (pending.mail === 'failed') return pending.waiting ? texts.deliveryFailed : texts.mailFailed;
  if (notice === 'too-soon') return texts.resentTooSoon;
  return pending.newPassword ? texts.newPasswordCounts : '';
}

function problemText(texts: SignInTexts, problem: Problem | null): string {
  switch (problem?.kind) {
    case 'replaced':
      return texts.codeReplaced;
    case 'used':
      return texts.codeUsed;
    case 'not-sent':
      return problem.mail === 'refused' ? texts.addressRefused : texts.notSent;
    case 'delivery':
      return texts.deliveryFailed;
    case 'unverified':
    case 'throttled':
    case 'reset':
    case 'unconfirmed':
    case 'administrator':
    case 'unsupported':
      return texts[problem.kind];
    case 'password':
      return texts.passwordWeak;
    case 'passkey':
      return texts.passkeyFailed;
    default:
      return '';
  }
}

function endText(texts: SignInTexts, state: EndedState): string {
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
