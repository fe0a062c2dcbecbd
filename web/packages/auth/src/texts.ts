import { type Said, sayCommon } from './common-texts.js';
import en from './languages/en.js';
import { sayRare } from './rare-texts.js';
import type { FlowSnapshot } from './sign-in-flow.js';
import type { SignInTexts } from './sign-in-texts.js';

export { codeForm, fill, formatTime, leadParts } from './common-texts.js';
export type { CodeFormState, CodeFormView, Said } from './common-texts.js';
export { codeHeading } from './rare-texts.js';
export type { CommonTexts, KnownTexts, RareTexts, SignInTexts } from './sign-in-texts.js';

export const ENGLISH = en;

/** Every state in words, each with what to do next. */
export function say(
  texts: SignInTexts,
  snapshot: Pick<FlowSnapshot, 'state' | 'resendIn'>,
  byUsername = false,
): Said {
  const { title, lead, error, notice, hint } = sayCommon(texts, snapshot, byUsername);
  return sayRare(texts, snapshot, { title, lead, error, notice, hint });
}
