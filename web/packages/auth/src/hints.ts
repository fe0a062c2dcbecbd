import type { AuthError } from './auth-error.js';

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/secret.hash/i, 'Use an app client without a secret.'],
  // The service names the flow as it was asked for; the client's setting is that with ALLOW_ before it.
  [/\b([A-Z]+(?:_[A-Z]+)*_AUTH)\b.* not enabled/, 'The app client must allow ALLOW_$1.'],
  [/^ResourceNotFound/, 'endpoint, userPoolId and clientId must belong together.'],
  [/Lambda/, 'A trigger failed: see its log.'],
];

/** What a developer can do about an error that is one of a set-up; empty for others. */
export function hintFor({ code, message }: AuthError): string {
  const text = `${code} ${message}`;
  for (const [pattern, hint] of HINTS) {
    const found = pattern.exec(text);
    if (found) return hint.replace('$1', found[1] ?? '');
  }
  return '';
}
