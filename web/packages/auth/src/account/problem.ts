import { AuthError } from '../auth-error.js';
import { PasskeyError } from './passkeys.js';

/** What went wrong, in the terms a form can act on. Each has a sentence in `AccountTexts` or `SignInTexts`. */
export type AccountProblem =
  /** A code is waited for, and this is another. */
  | 'code-wrong'
  /** No such code is waited for: too old, used, replaced, or none was ever sent. The server does not say which. */
  | 'code-over'
  /** Of an authenticator app. */
  | 'app-code'
  | 'name-taken'
  | 'email-taken'
  /** What was typed is not accepted, by the pool or a function of it. */
  | 'not-taken'
  | 'sign-up-closed'
  | 'confirmed-already'
  /** What was asked for is done, and a function that follows it failed. */
  | 'done-and-failed'
  /** Passwords are not reset here, or not that of this account. */
  | 'recovery-closed'
  | 'unconfirmed'
  | 'password-weak'
  | 'password-guessable'
  /** The API takes no password with white space in it, whatever the pool's policy says. */
  | 'password-spaces'
  | 'password-used'
  | 'password-wrong'
  | 'signed-out'
  /** The pool wants a sign-in of a moment ago for this. */
  | 'sign-in-again'
  | 'throttled'
  | 'delivery'
  | 'passkey-exists'
  | 'passkey-cancelled'
  | 'passkey-unsupported'
  | 'passkey-refused'
  | 'passkey-limit'
  /** The pool or the app client does not have this. */
  | 'unavailable'
  | 'network'
  | 'server';

/** By the service's name of the error, and the beginning of its sentence where one name covers several cases. */
const PROBLEMS: readonly (readonly [code: RegExp, message: RegExp, problem: AccountProblem])[] = [
  [/^CodeMismatch/, /^/, 'code-wrong'],
  [/^ExpiredCode/, /^/, 'code-over'],
  [/^EnableSoftwareToken/, /^/, 'app-code'],
  [/^SoftwareTokenMFANotFound/, /^Software Token MFA has not been enabled/, 'unavailable'],
  // The key that was shown here has been replaced by another.
  [/^SoftwareTokenMFANotFound/, /^/, 'app-code'],
  [/^(UsernameExists|AliasExists)/, /account with the (given )?(email|phone)/, 'email-taken'],
  [/^(UsernameExists|AliasExists)/, /^/, 'name-taken'],
  [/^UserNotConfirmed/, /^/, 'unconfirmed'],
  [/^UserNotFound/, /^Username/, 'code-over'],
  [/^UserNotFound/, /^/, 'signed-out'],
  [/^InvalidPassword/, /tried first|made of/, 'password-guessable'],
  [/^InvalidPassword/, /^/, 'password-weak'],
  [/^PasswordHistory/, /^/, 'password-used'],
  [/^NotAuthorized/, /^SignUp is not permitted/, 'sign-up-closed'],
  [/^NotAuthorized/, /^User cannot be confirmed.*CONFIRMED$/, 'confirmed-already'],
  [/^NotAuthorized/, /^User cannot be confirmed/, 'unavailable'],
  [/^NotAuthorized/, /^(Contact administrator|User password cannot be reset)/, 'recovery-closed'],
  [/^NotAuthorized/, /^A recent sign-in is needed/, 'sign-in-again'],
  [/^NotAuthorized/, /^Password attempts exceeded/, 'throttled'],
  [/^NotAuthorized/, /^Incorrect username or password/, 'password-wrong'],
  [/^NotAuthorized/, /^A client attempted to write/, 'not-taken'],
  [/^NotAuthorized/, /access token|signed in/i, 'signed-out'],
  [/^InvalidParameter/, /'(proposedP|p)assword' failed.*pattern/, 'password-spaces'],
  // One that the API would take from nobody was never anybody's.
  [/^InvalidParameter/, /'previousPassword' failed/, 'password-wrong'],
  [/^InvalidParameter/, /^Cannot reset password/, 'recovery-closed'],
  [/^InvalidParameter/, /^User is already confirmed/, 'confirmed-already'],
  [
    /^InvalidParameter/,
    /not enabled|not configured|delivery config|not turned on|cannot be turned off/,
    'unavailable',
  ],
  [/^UserLambdaValidation/, /^PostConfirmation/, 'done-and-failed'],
  [/^(InvalidParameter|UserLambdaValidation)/, /^/, 'not-taken'],
  [/^InvalidUserPoolConfiguration/, /^/, 'unavailable'],
  [/^WebAuthn(NotEnabled|ConfigurationMissing)/, /^/, 'unavailable'],
  [/^WebAuthn/, /^/, 'passkey-refused'],
  [/^LimitExceeded/, /passkeys/, 'passkey-limit'],
];

/** Throws what is neither the service's error nor the browser's: a mistake in the program. */
export function accountProblem(error: unknown): AccountProblem {
  if (error instanceof PasskeyError) return `passkey-${error.kind}`;
  if (!(error instanceof AuthError)) throw error;
  const { code, message } = error;
  const found = PROBLEMS.find(([name, sentence]) => name.test(code) && sentence.test(message));
  if (found) return found[2];
  const { kind } = error;
  return kind === 'throttled' || kind === 'delivery' || kind === 'network' ? kind : 'server';
}
