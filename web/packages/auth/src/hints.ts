import type { AuthError } from './auth-error.js';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/secret.hash/i, 'Use an app client without a secret.'],
  [/not enabled/, 'The app client must allow ALLOW_CUSTOM_AUTH.'],
  [/^ResourceNotFound/, 'endpoint, userPoolId and clientId must belong together.'],
  [/Lambda/, 'A trigger failed: see its log.'],
];

/** What a developer can do about an error that is one of a set-up; empty for others. */
export function hintFor({ code, message }: AuthError): string {
  const text = `${code} ${message}`;
  return HINTS.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}
