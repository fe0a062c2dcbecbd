/**
 * What became of the last round, in the functions' words:
 *
 * - `sent`, `resent`: the mail is on its way, for the first time or once more;
 * - `too_soon`: one has left; the next may in `resendIn` seconds;
 * - `not_sent`: the mail was refused or given up; an earlier code stays valid;
 * - `held`: no mail with this sign-in's code has left; one may in `resendIn` seconds;
 * - `wrong`, `expired`, `used`: the answer was not right, too late, or right once already;
 * - `locked`: too many wrong codes; `closed`: so many that waiting does not help.
 */
export type CodeResult = (typeof RESULTS)[number];

/** `letters` are capital letters and digits, without those that look alike. */
export type CodeAlphabet = 'digits' | 'letters';

/** What became of the mail; `refused` is said of the address. */
export type MailState = 'ok' | 'failed' | 'refused';

/** What opens a closed or long locked account again. */
export type Opener = 'password' | 'administrator';

/** A challenge to type the mailed code. `null` stands where the server said nothing. */
export interface CodeChallenge {
  readonly username: string;
  /** Handle of this sign-in; it works once. */
  readonly session: string;
  /** The address, masked by the server. Empty when the server does not tell. */
  readonly destination: string;
  readonly codeLength: number;
  readonly alphabet: CodeAlphabet;
  /** Seconds until the code dies, counted from the answer's arrival. */
  readonly expiresIn: number | null;
  /** Seconds until another mail may be asked for; `null` when there is no asking. */
  readonly resendIn: number | null;
  readonly attemptsLeft: number | null;
  readonly result: CodeResult | null;
  readonly mail: MailState | null;
  readonly opens: Opener | null;
  /** Names this sign-in to the functions; goes back with every answer. */
  readonly signIn: string;
  /** Becomes good with a right code; see `PlaceStore`. */
  readonly placeToken: string;
  /** Days that this device could stand for the code; `null` when that is not on offer. */
  readonly rememberDays: number | null;
  /** Everything that the functions sent, for those that send more. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

const RESULTS = [
  'sent',
  'resent',
  'too_soon',
  'not_sent',
  'held',
  'wrong',
  'expired',
  'used',
  'locked',
  'closed',
] as const;
const DEFAULT_LENGTH = 6;
const MAX_LENGTH = 12;

/**
 * Reads a `CUSTOM_CHALLENGE`'s `ChallengeParameters`. All values are text, and all but the user
 * name are optional: functions that were not written for these forms send fewer of them.
 */
export function readCodeChallenge(
  parameters: Readonly<Record<string, unknown>>,
  session: string,
  username: string,
): CodeChallenge {
  const text = (name: string) => {
    const value = parameters[name];
    return typeof value === 'string' ? value : '';
  };
  const count = (name: string) => (/^\d{1,6}$/.test(text(name)) ? Number(text(name)) : null);
  const oneOf = <T extends string>(name: string, ...values: readonly T[]) =>
    values.find((value) => value === text(name)) ?? null;
  const length = count('codeLength');
  return {
    username: text('USERNAME') || username,
    session,
    destination: text('CODE_DELIVERY_DESTINATION') || text('email'),
    codeLength: length && length <= MAX_LENGTH ? length : DEFAULT_LENGTH,
    alphabet: oneOf('codeAlphabet', 'letters') ?? 'digits',
    expiresIn: count('expiresIn'),
    resendIn: count('resendIn'),
    attemptsLeft: count('attemptsLeft'),
    result: oneOf('result', ...RESULTS),
    mail: oneOf('mail', 'ok', 'failed', 'refused'),
    opens: oneOf('opens', 'password', 'administrator'),
    signIn: text('signIn'),
    placeToken: text('deviceToken'),
    rememberDays: count('rememberDays'),
    parameters,
  };
}
