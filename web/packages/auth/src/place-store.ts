/**
 * Remembers that a person has signed in from this browser before. The functions count such a
 * sign-in apart from a stranger's who knows the password, so that he cannot use up its mails. The
 * token signs nobody in: it goes along with the password's proof and is worth nothing without.
 */
export interface PlaceStore {
  /** `user` is the pool's own name of the user. Empty where there is no token. */
  get(user: string): string;
  set(user: string, token: string): void;
}

/** People of one browser whose tokens are kept; more push out the one longest unused. */
const KEPT = 8;

/** Keeps the tokens in the browser's storage, until somebody clears it. */
export function browserPlaces(
  key: string,
  storage: () => Pick<Storage, 'getItem' | 'setItem'> = () => localStorage,
): PlaceStore {
  const read = (): [string, string][] => {
    try {
      return Object.entries(JSON.parse(storage().getItem(key) ?? '{}') as Record<string, string>);
    } catch {
      // No storage (a server, a blocked one) or no JSON: nobody was here before.
      return [];
    }
  };
  return {
    get: (user) => read().find(([name]) => name === user)?.[1] ?? '',
    set: (user, token) => {
      const others = read().filter(([name]) => name !== user);
      try {
        storage().setItem(
          key,
          JSON.stringify(Object.fromEntries([[user, token], ...others].slice(0, KEPT))),
        );
      } catch {
        // The next sign-in is a stranger's then, and works.
      }
    },
  };
}
