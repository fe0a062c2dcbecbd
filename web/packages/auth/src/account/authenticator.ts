/** What the QR code for an authenticator app holds. `account` and `issuer` are what the app shows. */
export function authenticatorUri(issuer: string, account: string, key: string): string {
  // Apps disagree about `+`, so a space is %20; the colon in the label is theirs.
  const [by, whose] = [issuer, account].map((each) =>
    encodeURIComponent(each.replaceAll(':', ' ')),
  );
  const label = by ? `${by}:${whose}` : whose;
  return `otpauth://totp/${label}?secret=${key}${by ? `&issuer=${by}` : ''}`;
}

/** The dark modules of a QR code as one path of a drawing: a row of them is one run, `M x y h n v 1 h -n z`. */
export function modulesPath(rows: readonly (readonly boolean[])[]): string {
  const runs = rows.flatMap((row, y) => {
    const text = row.map((dark) => (dark ? '1' : '0')).join('');
    return [...text.matchAll(/1+/g)].map(
      ({ index, 0: { length } }) => `M${index} ${y}h${length}v1h-${length}z`,
    );
  });
  return runs.join('');
}

/** Modules of light around a QR code, without which readers do not find it. */
export const QUIET = 4;

/** The key in fours, as people copy it. Apps overlook the spaces. */
export function spacedKey(key: string): string {
  return (key.match(/.{1,4}/g) ?? []).join(' ');
}
