import type { PendingCode } from './flow-state.js';

/** What a refresh of the page must not lose. */
export interface FlowStore {
  load(now: number): PendingCode | null;
  /** `until`: milliseconds since 1970 at which the session is over if nothing more is sent. */
  save(pending: PendingCode, until: number): void;
  clear(): void;
}

/**
 * Keeps a sign-in in progress across a refresh of the page, in this tab only: the session handle,
 * the masked address and the clocks. Passwords, codes and tokens are never written.
 */
export class FlowStorage implements FlowStore {
  readonly #key: string;
  readonly #storage: () => Storage;

  /** `storage` is a function, since reading `sessionStorage` throws where a browser blocks it. */
  constructor(key: string, storage: () => Storage = () => sessionStorage) {
    this.#key = key;
    this.#storage = storage;
  }

  /** What `save` wrote, unless the session has ended since. */
  load(now: number): PendingCode | null {
    return this.#attempt(() => parse(this.#storage().getItem(this.#key) ?? '', now));
  }

  save(pending: PendingCode, until: number): void {
    this.#attempt(() =>
      this.#storage().setItem(this.#key, JSON.stringify({ version: VERSION, until, pending })),
    );
  }

  clear(): void {
    this.#attempt(() => this.#storage().removeItem(this.#key));
  }

  /** Blocked or full storage costs the resuming, and nothing else. */
  #attempt<T>(work: () => T): T | null {
    try {
      return work();
    } catch {
      return null;
    }
  }
}

/** Moves with the shape of `PendingCode`: what another version of a page wrote is not read. */
const VERSION = 2;

function parse(text: string, now: number): PendingCode | null {
  const { version, until, pending } = JSON.parse(text || '{}') as Partial<Record<string, unknown>>;
  return version === VERSION && Number(until) > now ? (pending as PendingCode) : null;
}
