import { fill } from './fill.js';
import type { Problem } from './flow-state.js';
import type { CommonTexts } from './sign-in-texts.js';
import type { FlowSnapshot } from './sign-in-flow.js';

export { codeForm, leadParts } from './code-form.js';
export type { CodeFormState, CodeFormView } from './code-form.js';
export { COMMON_ENGLISH } from './english/common.js';
export { fill, formatTime } from './fill.js';
export type { CommonTexts, KnownTexts, RareTexts, SignInTexts } from './sign-in-texts.js';

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

/** What `sayCommon` knows of it. */
export interface SaidSoFar extends Said {
  /** Only `sayRare` of `@poolhouse/auth/rare-texts` knows what there is to say. */
  readonly rare: boolean;
}

/**
 * `say`, for forms that fetch the words of what few sign-ins come to when they do. Of that it says
 * nothing but that it is rare.
 */
export function sayCommon(
  texts: CommonTexts,
  { state, resendIn }: Pick<FlowSnapshot, 'state' | 'resendIn'>,
  byUsername = false,
): SaidSoFar {
  const problem = 'problem' in state ? state.problem : null;
  const error = problemText(texts, problem, byUsername);
  const said = (title: string, lead: string, notice = '') => {
    return { title, lead, error: error ?? '', notice, hint: '', rare: error === undefined };
  };
  switch (state.step) {
    case 'done':
      return said(texts.doneTitle, texts.doneLead);
    case 'credentials':
      return said(texts.signInTitle, texts.signInLead);
    case 'code': {
      const { notice, pending } = state;
      const { alphabet, mail, newPassword, waiting } = pending;
      const forGood = problem?.kind === 'expired' && resendIn === null;
      const unusual = waiting || newPassword || alphabet === 'letters';
      if (unusual || forGood || (mail && mail !== 'ok')) break;
      if (notice === 'sent' || notice === 'too-soon') break;
      return said(
        texts.codeTitle,
        codeLead(texts, pending.destination),
        notice ? texts[notice] : '',
      );
    }
  }
  return { ...said('', ''), rare: true };
}

/** The sentence below the heading of the code step. */
export function codeLead(texts: CommonTexts, address: string): string {
  return address ? fill(texts.codeLead, { address }) : texts.codeLeadUnknown;
}

/** `undefined` where `sayRare` knows it. */
function problemText(
  texts: CommonTexts,
  problem: Problem | null,
  byUsername: boolean,
): string | undefined {
  switch (problem?.kind) {
    case undefined:
      return '';
    case 'refused':
      return byUsername ? texts.usernameRefused : texts.refused;
    case 'expired':
      return texts.codeExpired;
    case 'wrong-code':
      return wrongCode(texts, problem.attemptsLeft);
    case 'network':
    case 'server':
      return texts[problem.kind];
    default:
      return undefined;
  }
}

function wrongCode(texts: CommonTexts, n: number | null): string {
  if (n === null) return texts.codeWrong;
  const { triesLeft } = texts;
  const left = triesLeft[new Intl.PluralRules(texts.lang).select(n)] ?? triesLeft.other;
  return `${texts.codeWrong} ${fill(left, { n })}`;
}
