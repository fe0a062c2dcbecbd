/** What became of the last round, in the server's words. */
export type CodeResult = 'sent' | 'wrong' | 'expired' | 'locked' | 'resent' | 'too_soon';

/** `letters` are capital letters and digits, without those that look alike. */
export type CodeAlphabet = 'digits' | 'letters';

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
}

const DEFAULT_LENGTH = 6;
const MAX_LENGTH = 12;
const RESULTS: readonly string[] = ['sent', 'wrong', 'expired', 'locked', 'resent', 'too_soon'];

/**
 * Reads a `CUSTOM_CHALLENGE`'s `ChallengeParameters`. All values are text, and all but the user
 * name are optional: functions that were not written for these forms send fewer of them.
 */
export function readCodeChallenge(
  parameters: Readonly<Record<string, unknown>>,
  session: string,
  username: string,
): CodeChallenge {
  return {
    username: text(parameters['USERNAME']) || username,
    session,
    destination: text(parameters['CODE_DELIVERY_DESTINATION']) || text(parameters['email']),
    codeLength: codeLength(parameters['codeLength']),
    alphabet: parameters['codeAlphabet'] === 'letters' ? 'letters' : 'digits',
    expiresIn: count(parameters['expiresIn']),
    resendIn: count(parameters['resendIn']),
    attemptsLeft: count(parameters['attemptsLeft']),
    result: result(parameters['result']),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number | null {
  return typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : null;
}

function codeLength(value: unknown): number {
  const length = count(value);
  return length !== null && length > 0 && length <= MAX_LENGTH ? length : DEFAULT_LENGTH;
}

function result(value: unknown): CodeResult | null {
  return RESULTS.includes(text(value)) ? (value as CodeResult) : null;
}
