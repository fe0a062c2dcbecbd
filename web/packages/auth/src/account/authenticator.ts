/** What the QR code for an authenticator app holds. `account` and `issuer` are what the app shows. */
export function authenticatorUri(issuer: string, account: string, key: string): string {
  // Apps disagree about `+`, so a space is %20; the colon in the label is theirs.
  const [by, whose] = [issuer, account].map((each) =>
    encodeURIComponent(each.replaceAll(':', ' ')),
  );
  const label = by ? `${by}:${whose}` : whose;
  return `otpauth://totp/${label}?secret=${key}${by ? `&issuer=${by}` : ''}`;
}

/** The key in fours, as people copy it. Apps overlook the spaces. */
export function spacedKey(key: string): string {
  return (key.match(/.{1,4}/g) ?? []).join(' ');
}
