import { AuthError } from './auth-error.js';
import { hintFor } from './hints.js';

describe('hints for developers', () => {
  const hint = (code: string, message: string) => hintFor(new AuthError('server', code, message));
  const INVALID = 'InvalidParameterException';

  it.each([
    ['CUSTOM_AUTH is not enabled for the client.', 'ALLOW_CUSTOM_AUTH'],
    ['USER_SRP_AUTH is not enabled for the client.', 'ALLOW_USER_SRP_AUTH'],
    ['USER_AUTH is not enabled for the client.', 'ALLOW_USER_AUTH'],
    ['USER_PASSWORD_AUTH flow not enabled for this client', 'ALLOW_USER_PASSWORD_AUTH'],
  ])('names the flow that was asked for: %s', (message, setting) =>
    expect(hint(INVALID, message)).toBe(`The app client must allow ${setting}.`),
  );

  it.each([
    'WebAuthn is not enabled for this user pool.',
    'User session tracking is not enabled for the user pool.',
    'Auth flow not enabled for this client',
    'User pool add-ons not enabled',
    'Revoke tokens operation is not enabled for this client.',
  ])('names no flow where another thing is not enabled: %s', (message) =>
    expect(hint(INVALID, message)).toBe(''),
  );

  it('has nothing to say about errors that are no set-up', () =>
    expect(hint('NotAuthorizedException', 'Incorrect username or password.')).toBe(''));
});
