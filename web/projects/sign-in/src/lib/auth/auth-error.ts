/**
 * What went wrong, in the terms a form can act on:
 *
 * - `refused`: the password, or the last code allowed, was wrong (or the user does not exist);
 * - `session`: the sign-in in progress is over: too old, or continued elsewhere;
 * - `throttled`: too many attempts, try later;
 * - `delivery`: the code could not be mailed;
 * - `new-password`: an administrator's or expired password must be replaced first;
 * - `unconfirmed`: the account was never confirmed;
 * - `unsupported`: the pool asks for a step that these forms do not have;
 * - `network`: no answer: offline, unreachable, or too slow;
 * - `server`: an answer that is nobody's fault here: a fault, a proxy's page, a wrong set-up.
 */
export type AuthErrorKind =
  | 'refused'
  | 'session'
  | 'throttled'
  | 'delivery'
  | 'new-password'
  | 'unconfirmed'
  | 'unsupported'
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

const KINDS: ReadonlyMap<string, AuthErrorKind> = new Map([
  ['UserNotFoundException', 'refused'],
  ['TooManyRequestsException', 'throttled'],
  ['LimitExceededException', 'throttled'],
  ['PasswordResetRequiredException', 'new-password'],
  ['UserNotConfirmedException', 'unconfirmed'],
  ['CodeDeliveryFailureException', 'delivery'],
]);

/** Turns the service's error name and sentence into an `AuthError`. */
export function serviceError(status: number, code: string, message: string): AuthError {
  return new AuthError(kindOf(status, code, message), code, message);
}

function kindOf(status: number, code: string, message: string): AuthErrorKind {
  if (code === 'NotAuthorizedException') {
    // One name covers three cases; the sentences are the service's and do not get translated.
    if (message.startsWith('Invalid session')) return 'session';
    if (message.startsWith('Password attempts exceeded')) return 'throttled';
    return 'refused';
  }
  // Of the three functions only the creating one sends mail, and it fails when it cannot.
  if (code.endsWith('LambdaValidationException') && message.startsWith('CreateAuthChallenge')) {
    return 'delivery';
  }
  return KINDS.get(code) ?? (status === 429 ? 'throttled' : 'server');
}
