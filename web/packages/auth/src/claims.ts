import { fromBase64 } from './bytes.js';

/**
 * The claims inside a JSON web token, **not verified**: for showing who is signed in. Whatever
 * decides about access belongs to a server that checks the signature. `null` for other text.
 */
export function readClaims(token: string): Readonly<Record<string, unknown>> | null {
  const payload = token.split('.')[1] ?? '';
  try {
    const bytes = fromBase64(payload.replaceAll('-', '+').replaceAll('_', '/'));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? { ...claims } : null;
  } catch {
    // Text that is no token has no claims; the caller decides what that means.
    return null;
  }
}
