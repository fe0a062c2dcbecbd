import { readClaims } from './claims.js';

function token(payload: string): string {
  const bytes = new TextEncoder().encode(payload);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `e30.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.sig`;
}

describe('readClaims', () => {
  it('reads UTF-8 and the URL alphabet', () => {
    const claims = { email: 'jörg@example.com', name: '??>>~~ü' };
    expect(readClaims(token(JSON.stringify(claims)))).toEqual(claims);
  });

  it.each([[''], ['no token'], ['a.b.c'], [token('17')], [token('null')], [token('{')]])(
    'says nothing about %j',
    (text) => expect(readClaims(text)).toBeNull(),
  );
});
