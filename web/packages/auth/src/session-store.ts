import type { Tokens } from './auth-client.js';

export interface StoredSession {
  readonly tokens: Tokens;
  /** Milliseconds since 1970 by the server's clock. */
  readonly expiresAt: number;
}

/** Where tokens are kept. Synchronous: whoever reads after a write finds what was written. */
export interface SessionStore {
  read(): StoredSession | null;
  write(session: StoredSession | null): void;
}

/** Until the page is left. No other script reads them, no other tab knows them. */
export function memoryStore(): SessionStore {
  let kept: StoredSession | null = null;
  return { read: () => kept, write: (session) => void (kept = session) };
}

/**
 * In `localStorage` (all tabs, until a sign-out) or `sessionStorage` (this tab, reloads included).
 * Every script of the page's origin can read them there: a strict content security policy is due.
 */
export function webStore(
  key: string,
  storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> = () => localStorage,
): SessionStore {
  // Where the browser blocks storage, and on a server, the session lives as long as the page.
  const memory = memoryStore();
  return {
    read: () => {
      try {
        return parse(storage().getItem(key));
      } catch {
        return memory.read();
      }
    },
    write: (session) => {
      try {
        if (session) storage().setItem(key, JSON.stringify(session));
        else storage().removeItem(key);
      } catch {
        memory.write(session);
      }
    },
  };
}

function parse(text: string | null): StoredSession | null {
  let value: Partial<StoredSession> | null;
  try {
    value = JSON.parse(text ?? 'null') as Partial<StoredSession> | null;
  } catch {
    return null;
  }
  const { accessToken, idToken } = value?.tokens ?? {};
  const valid = typeof accessToken === 'string' && typeof idToken === 'string';
  return valid && typeof value?.expiresAt === 'number' ? (value as StoredSession) : null;
}
