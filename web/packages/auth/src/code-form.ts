import type { CodeState, PendingCode } from './flow-state.js';
import { fill, formatTime } from './fill.js';
import type { KnownTexts } from './sign-in-texts.js';
import type { Said } from './common-texts.js';

/** From here on the remaining time stands out. */
const LAST_SECONDS = 30;

/** All that the form of the code step knows. */
export interface CodeFormState extends Pick<Said, 'error' | 'notice' | 'hint'> {
  readonly codeLength: number;
  readonly alphabet: PendingCode['alphabet'];
  readonly waiting: PendingCode['waiting'];
  readonly busy: CodeState['busy'];
  readonly slow: boolean;
  readonly expiresIn: number | null;
  readonly resendIn: number | null;
  /** Expired or used. */
  readonly expired: boolean;
  /** What the form itself has against what was typed. */
  readonly complaint: 'short' | 'long' | null;
}

/** What it shows: all texts are ready to be said. */
export interface CodeFormView {
  readonly label: string;
  /** Time left; empty where there is none. */
  readonly time: string;
  readonly timeIsLow: boolean;
  /** Said to a screen reader, once: the last minute has begun. */
  readonly minute: string;
  readonly error: string;
  readonly note: string;
  /** The note is good news. */
  readonly good: boolean;
  /** The button asks for a code instead of sending one. */
  readonly renews: boolean;
  readonly button: string;
  readonly spinning: boolean;
  /** The button does nothing just now. */
  readonly still: boolean;
  /** Asks for the mail once more; empty where there is no asking. */
  readonly resend: string;
  readonly resendStill: boolean;
}

/** The form of the code step in words, whatever it is drawn with. */
export function codeForm(texts: KnownTexts, form: CodeFormState): CodeFormView {
  const { busy, expiresIn, resendIn, complaint, waiting } = form;
  const verifying = busy === 'verifying';
  const renews = form.expired || waiting !== null;
  const byLength = (name: 'codeLabel' | 'codeIncomplete' | 'codeTooLong') => {
    const letters = form.alphabet === 'letters' && texts[`${name}Letters`];
    return fill(letters || texts[name], { n: form.codeLength });
  };
  const timed = (now: string, later: string) =>
    resendIn ? fill(later, { time: formatTime(resendIn) }) : now;
  const own = complaint && byLength(complaint === 'long' ? 'codeTooLong' : 'codeIncomplete');
  const error = verifying ? '' : own || form.error;
  const rest = error ? form.hint : form.notice || form.hint || (waiting ? '' : texts.codeHint);
  const working = busy && form.slow ? texts.stillWorking : verifying && texts.verifying;
  const asks = resendIn === null ? texts.startAgain : timed(texts.renew, texts.renewIn);
  return {
    label: byLength('codeLabel'),
    time: expiresIn ? fill(texts.expiresIn, { time: formatTime(expiresIn) }) : '',
    timeIsLow: (expiresIn ?? Infinity) <= LAST_SECONDS,
    // Long enough for every screen reader to notice the sentence.
    minute: expiresIn && expiresIn <= 60 && expiresIn > 50 ? texts.oneMinuteLeft : '',
    error,
    note: working || rest,
    good: !working && rest !== '' && rest === form.notice,
    renews,
    button: renews ? asks : texts.verify,
    spinning: verifying || (renews && busy !== null),
    still: busy !== null || (renews && Boolean(resendIn)),
    resend: resendIn === null || renews ? '' : timed(texts.resend, texts.resendIn),
    resendStill: resendIn !== 0 || busy !== null,
  };
}

/** A lead in three parts, so that the address in it can be set apart. */
export function leadParts(
  lead: string,
  address: string,
): readonly [before: string, address: string, after: string] {
  const at = address ? lead.indexOf(address) : -1;
  return at < 0 ? [lead, '', ''] : [lead.slice(0, at), address, lead.slice(at + address.length)];
}
