/**
 * What went wrong, in the terms a form can act on:
 *
 * - `refused`: the password, or the last code allowed, was wrong (or the user does not exist);
 * - `session`: the sign-in in progress is over: too old, or continued elsewhere;
 * - `throttled`: too many attempts, try later;
 * - `delivery`: the code could not be mailed;
 * - `unverified`: the account has no verified address to mail a code to;
 * - `password`: a new password that the pool's policy does not accept;
 * - `reset`: an administrator has to set a new password;
 * - `unconfirmed`: the account was never confirmed;
 * - `administrator`: the new password was taken, and yet nobody can sign in with it here;
 * - `unsupported`: the pool asks for a step that these forms do not have;
 * - `code`: the code of a second factor was wrong;
 * - `code-over`: it was right once, or is too old;
 * - `passkey`: the browser signed nothing, or the pool takes no passkey of this account;
 * - `network`: no answer: offline, unreachable, or too slow;
 * - `server`: an answer that is nobody's fault here: a fault, a proxy's page, a wrong set-up.
 */
export type AuthErrorKind =
  | 'refused'
  | 'session'
  | 'throttled'
  | 'delivery'
  | 'unverified'
  | 'password'
  | 'reset'
  | 'unconfirmed'
  | 'administrator'
  | 'unsupported'
  | 'code'
  | 'code-over'
  | 'passkey'
  | 'network'
  | 'server';

/** `message` is for developers, in the server's words; forms show their own text for `kind`. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  /** `code` is the service's name of the error, where it gave one. */
  constructor(
    readonly kind: AuthErrorKind,
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** By the beginning of the service's name of the error. */
const KINDS: readonly (readonly [RegExp, AuthErrorKind])[] = [
  [/^UserNotFound/, 'refused'],
  [/^(TooMany|Limit)/, 'throttled'],
  [/^PasswordReset/, 'reset'],
  [/Password/, 'password'],
  [/^UserNotConf/, 'unconfirmed'],
  [/^CodeDelivery/, 'delivery'],
];

/** Turns the service's error name and sentence into an `AuthError`. */
export function serviceError(status: number, code: string, message: string): AuthError {
  return new AuthError(kindOf(status, code, message), code, message);
}

function kindOf(status: number, code: string, message: string): AuthErrorKind {
  if (code.startsWith('NotAuthorized')) {
    // One name covers several cases; the sentences are the service's and do not get translated.
    if (message.startsWith('Invalid session')) return 'session';
    if (message.startsWith('Password attempts exceeded')) return 'throttled';
    return /secret.hash/i.test(message) ? 'server' : 'refused';
  }
  // Of the three functions only the creating one sends mail, and it fails when it cannot.
  if (/LambdaValid/.test(code) && message.startsWith('CreateAuthChallenge')) {
    return /verified|contact support/.test(message) ? 'unverified' : 'delivery';
  }
  const known = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  return known ?? (status === 429 ? 'throttled' : 'server');
}

/** Numbers that would give the password away, or an answer that lacks what it must have. */
export function malformed(cause?: unknown): AuthError {
  return new AuthError('server', '', 'Malformed.', { cause });
}

/** No answer: from the server, or where the options or a part of this program are fetched. */
export function unreachable(cause: unknown): never {
  throw new AuthError('network', '', 'No answer.', { cause });
}
