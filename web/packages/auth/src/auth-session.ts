import type { TokenClient, Tokens } from './auth-client.js';
import { AuthError } from './auth-error.js';
import { type SessionStore, type StoredSession, memoryStore } from './session-store.js';

/** Tokens are renewed this many milliseconds before their end, so that none dies on its way. */
const MARGIN = 30_000;

/** How often, and after how many milliseconds each, another tab's tokens are looked for. */
const ARRIVAL_LOOKS = 20;
const ARRIVAL_LOOK = 25;

export interface SessionOptions {
  /** Names the session to other tabs; tabs with the same name share one. */
  readonly name: string;
  /** Where the tokens are kept; in memory when absent, so a reload signs out. */
  readonly store?: SessionStore;
}

/**
 * Who is signed in: keeps the tokens, renews them once for all tabs, signs out of all tabs. The
 * store is the truth; everything here reads it again before it acts.
 */
export class AuthSession {
  readonly #client: TokenClient;
  readonly #name: string;
  readonly #store: SessionStore;
  readonly #listeners = new Set<() => void>();
  readonly #channel: BroadcastChannel | undefined;
  #current: StoredSession | null;
  #renewing: Promise<Tokens | null> | undefined;

  constructor(client: TokenClient, options: SessionOptions) {
    this.#client = client;
    this.#name = `poolhouse.session.${options.name}`;
    this.#store = options.store ?? memoryStore();
    this.#current = this.#store.read();
    if (typeof BroadcastChannel === 'function' && typeof document === 'object') {
      this.#channel = new BroadcastChannel(this.#name);
      this.#channel.onmessage = this.#reread;
      // The message may be here before what it is about: storage reaches other tabs in its own time.
      addEventListener('storage', this.#reread);
      // A page that the browser kept for "Back" heard nothing meanwhile.
      addEventListener('pageshow', this.#reread);
    }
  }

  /** The tokens as they are, maybe at their end; `null` when nobody is signed in. */
  get tokens(): Tokens | null {
    return this.#current?.tokens ?? null;
  }

  /** Calls `listener` after every change, in any tab, until the function that it returns is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Begins with the tokens of a sign-in. */
  start(tokens: Tokens): void {
    this.#put(tokens);
  }

  /**
   * Tokens that are good for a while, renewed if they have to be; `null` when nobody is signed in
   * (any more). Rejects with `AuthError` when the server cannot be asked: the session goes on then.
   */
  async fresh(): Promise<Tokens | null> {
    const { expiresAt = 0 } = this.#current ?? {};
    const good = expiresAt - MARGIN > this.#client.serverNow();
    return this.#current && good ? this.#current.tokens : this.renew();
  }

  /** `fresh()`, of which the access token: for an `Authorization` header. */
  async accessToken(): Promise<string | null> {
    return (await this.fresh())?.accessToken ?? null;
  }

  /** New tokens, whatever the old ones are good for. One request, however many ask at a time. */
  renew(): Promise<Tokens | null> {
    const before = this.#current?.tokens.accessToken;
    this.#renewing ??= this.#alone(before, () => this.#exchange(before)).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /**
   * Signs out of all tabs at once, and tells the server. Rejects with `AuthError` when the server
   * cannot be reached: here it is over all the same.
   */
  async signOut(): Promise<void> {
    const refreshToken = this.tokens?.refreshToken;
    this.#end();
    if (refreshToken) await unlessOver(this.#client.revoke(refreshToken));
  }

  /** Signs out on every device. Rejects, and changes nothing, when the server cannot be reached. */
  async signOutEverywhere(): Promise<void> {
    const tokens = await this.fresh();
    if (tokens) await unlessOver(this.#client.signOutEverywhere(tokens.accessToken));
    this.#end();
  }

  /** Stops listening to other tabs. Nobody is signed out by it. */
  dispose(): void {
    this.#listeners.clear();
    this.#channel?.close();
    if (!this.#channel) return;
    removeEventListener('storage', this.#reread);
    removeEventListener('pageshow', this.#reread);
  }

  async #exchange(before: string | undefined): Promise<Tokens | null> {
    this.#reread();
    const current = this.tokens;
    // Another tab was quicker, or signed out.
    if (!current || current.accessToken !== before) return current;
    const { refreshToken } = current;
    if (!refreshToken) return this.#end();
    try {
      // A client that does not rotate refresh tokens answers without one: the old one goes on.
      const tokens = { refreshToken, ...(await this.#client.refresh(refreshToken)) };
      // Signed out meanwhile: tokens that come now must not sign in again.
      if (this.#store.read()?.tokens.refreshToken !== refreshToken) return null;
      this.#put(tokens);
      return tokens;
    } catch (error) {
      if (isOver(error)) return this.#end();
      throw error;
    }
  }

  /** One tab at a time. Whoever had to wait gives the other tab's tokens the time to arrive. */
  async #alone<T>(before: string | undefined, work: () => Promise<T>): Promise<T> {
    const locks = typeof navigator === 'object' ? navigator.locks : undefined;
    if (!locks) return work();
    const free = await locks.request(this.#name, { ifAvailable: true }, async (lock) =>
      lock ? { result: await work() } : null,
    );
    if (free) return free.result;
    return locks.request(this.#name, async () => {
      for (let i = 0; i < ARRIVAL_LOOKS && this.#store.read()?.tokens.accessToken === before; i++) {
        await new Promise((resolve) => setTimeout(resolve, ARRIVAL_LOOK));
      }
      return work();
    });
  }

  #put(tokens: Tokens): void {
    const expiresAt = this.#client.serverNow() + 1000 * tokens.expiresIn;
    this.#store.write({ tokens, expiresAt });
    this.#changed({ tokens, expiresAt });
    this.#channel?.postMessage(null);
  }

  #end(): null {
    this.#store.write(null);
    this.#changed(null);
    this.#channel?.postMessage(null);
    return null;
  }

  readonly #reread = (): void => {
    // A store in memory answers as it did: other tabs have sessions of their own then.
    this.#changed(this.#store.read());
  };

  #changed(session: StoredSession | null): void {
    if (session?.tokens.accessToken === this.#current?.tokens.accessToken) return;
    this.#current = session;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Tokens that the server refuses are at their end already. */
async function unlessOver(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isOver(error)) throw error;
  }
}

function isOver(error: unknown): boolean {
  return error instanceof AuthError && error.kind === 'refused';
}
