import { AuthError, serviceError } from '../auth-error.js';
import { LANGUAGE_TAGS, loadTexts } from '../languages/index.js';
import { attributeField } from './attribute-field.js';
import { authenticatorUri, spacedKey } from './authenticator.js';
import english from './languages/en.js';
import { loadAccountTexts } from './languages/index.js';
import { PasskeyError } from './passkeys.js';
import { type AccountProblem, accountProblem } from './problem.js';
import { problemSentence } from './texts.js';

/** What the service says, and what it comes to. */
const SAID: readonly (readonly [code: string, message: string, problem: AccountProblem])[] = [
  ['CodeMismatchException', 'Invalid verification code provided, please try again.', 'code-wrong'],
  ['ExpiredCodeException', 'Invalid code provided, please request a code again.', 'code-over'],
  ['UserNotFoundException', 'Username/client id combination not found.', 'code-over'],
  ['UserNotFoundException', 'User does not exist.', 'signed-out'],
  [
    'EnableSoftwareTokenMFAException',
    'Code mismatch and fail enable Software Token MFA',
    'app-code',
  ],
  [
    'SoftwareTokenMFANotFoundException',
    'Software Token MFA has not been enabled by the userPool',
    'unavailable',
  ],
  ['UsernameExistsException', 'User already exists', 'name-taken'],
  ['UsernameExistsException', 'An account with the given email already exists.', 'email-taken'],
  ['AliasExistsException', 'An account with the email already exists.', 'email-taken'],
  [
    'InvalidParameterException',
    'Attributes did not conform to the schema: name: The attribute is required\n',
    'not-taken',
  ],
  ['InvalidParameterException', 'Invalid email address format.', 'not-taken'],
  [
    'InvalidParameterException',
    'Cannot resend codes. Auto verification not turned on.',
    'unavailable',
  ],
  [
    'InvalidParameterException',
    'The last MFA factor of a user cannot be turned off, because this user pool requires MFA.',
    'unavailable',
  ],
  ['InvalidParameterException', 'User is already confirmed.', 'confirmed-already'],
  [
    'InvalidParameterException',
    'Cannot reset password for the user as there is no registered/verified email or phone_number',
    'recovery-closed',
  ],
  ['UserLambdaValidationException', 'PreSignUp failed with error no.', 'not-taken'],
  ['UserLambdaValidationException', 'PostConfirmation failed with error no.', 'done-and-failed'],
  ['NotAuthorizedException', 'SignUp is not permitted for this user pool', 'sign-up-closed'],
  [
    'NotAuthorizedException',
    'User cannot be confirmed. Current status is CONFIRMED',
    'confirmed-already',
  ],
  [
    'NotAuthorizedException',
    'User cannot be confirmed. Current status is RESET_REQUIRED',
    'unavailable',
  ],
  ['NotAuthorizedException', 'Contact administrator to reset password.', 'recovery-closed'],
  [
    'NotAuthorizedException',
    'User password cannot be reset in the current state.',
    'recovery-closed',
  ],
  ['NotAuthorizedException', 'Incorrect username or password.', 'password-wrong'],
  ['NotAuthorizedException', 'Password attempts exceeded', 'throttled'],
  ['NotAuthorizedException', 'Access Token has been revoked', 'signed-out'],
  ['NotAuthorizedException', 'Invalid Access Token', 'signed-out'],
  [
    'NotAuthorizedException',
    'A recent sign-in is needed to change how you sign in. Sign in again.',
    'sign-in-again',
  ],
  [
    'InvalidPasswordException',
    'Password did not conform with policy: Password not long enough',
    'password-weak',
  ],
  [
    'InvalidPasswordException',
    'Password does not conform to policy: Password is one of those that are tried first',
    'password-guessable',
  ],
  [
    'InvalidParameterException',
    "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
    'password-spaces',
  ],
  [
    'InvalidParameterException',
    "1 validation error detected: Value at 'previousPassword' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
    'password-wrong',
  ],
  ['PasswordHistoryPolicyViolationException', '', 'password-used'],
  ['UserNotConfirmedException', 'User is not confirmed.', 'unconfirmed'],
  [
    'InvalidUserPoolConfigurationException',
    'User pool is not configured for device tracking.',
    'unavailable',
  ],
  ['WebAuthnNotEnabledException', '', 'unavailable'],
  ['WebAuthnOriginNotAllowedException', '', 'passkey-refused'],
  ['LimitExceededException', 'Maximum number of passkeys reached.', 'passkey-limit'],
  ['LimitExceededException', 'Attempt limit exceeded, please try after some time.', 'throttled'],
  ['CodeDeliveryFailureException', 'Unable to deliver code', 'delivery'],
  ['InternalErrorException', '', 'server'],
];

describe('what went wrong', () => {
  it.each(SAID)('%s “%s” is %s', (code, message, problem) => {
    expect(accountProblem(serviceError(400, code, message))).toBe(problem);
  });

  it('is told of the connection and of the browser, too', () => {
    expect(accountProblem(new AuthError('network', '', 'No answer.'))).toBe('network');
    expect(accountProblem(new PasskeyError('cancelled'))).toBe('passkey-cancelled');
    expect(() => accountProblem(new TypeError('a mistake'))).toThrow('a mistake');
  });
});

describe.each(LANGUAGE_TAGS)('the words of the account in %s', (tag) => {
  it('are all there, and fill the same places as the English ones', async () => {
    const texts = await loadAccountTexts([tag]);
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [name, text] of Object.entries(english)) {
      const said = texts[name as keyof typeof english];
      expect(said, name).not.toBe('');
      expect(places(said), name).toEqual(places(text));
    }
    if (tag !== 'en') expect(texts.signUp).not.toBe(english.signUp);
  });

  it('have a sentence of its own for every problem', async () => {
    const [texts, common] = [await loadAccountTexts([tag]), await loadTexts([tag])];
    const problems = new Set(SAID.map(([, , problem]) => problem));
    const all: AccountProblem[] = [
      ...problems,
      'network',
      'passkey-exists',
      'passkey-cancelled',
      'passkey-unsupported',
    ];
    const sentences = all.map((problem) => problemSentence(common, texts, problem));
    for (const sentence of sentences) expect(sentence).toMatch(/[.。]$/);
    expect(new Set(sentences).size).toBe(all.length);
  });
});

describe('an authenticator app', () => {
  it('is told whose key it is, whatever is in the names', () => {
    expect(authenticatorUri('Pool: house', 'ana+1@example.com', 'ABCD')).toBe(
      'otpauth://totp/Pool%20%20house:ana%2B1%40example.com?secret=ABCD&issuer=Pool%20%20house',
    );
    expect(authenticatorUri('', 'ana', 'ABCD')).toBe('otpauth://totp/ana?secret=ABCD');
    expect(spacedKey('ABCDEFGHI')).toBe('ABCD EFGH I');
  });
});

describe('a field for an attribute', () => {
  it('is called by its name in words, and says what may be filled in', async () => {
    const texts = await loadTexts(['de']);
    expect(attributeField(texts, 'given_name')).toEqual({
      label: 'Vorname',
      type: 'text',
      purpose: 'given-name',
    });
    expect(attributeField(texts, 'email')).toMatchObject({ label: 'E-Mail', type: 'email' });
    expect(attributeField(texts, 'custom:cost_centre')).toEqual({
      label: 'cost centre',
      type: 'text',
      purpose: 'off',
    });
  });
});
