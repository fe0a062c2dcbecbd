import { PendingCode } from './flow-state';

/**
 * Keeps a sign-in in progress across a refresh of the page, in this tab only: the session handle,
 * the masked address and the clocks. Passwords, codes and tokens are never written.
 */
export class FlowStorage {
  /** `storage` is a function, since reading `sessionStorage` throws where a browser blocks it. */
  constructor(
    private readonly key: string,
    private readonly storage: () => Storage,
  ) {}

  /** What `save` wrote, unless the code has expired since, or nobody could know that it has not. */
  load(now: number): PendingCode | null {
    const pending = this.attempt(() => parse(this.storage().getItem(this.key) ?? ''));
    return pending?.expiresAt && pending.expiresAt > now ? pending : null;
  }

  save(pending: PendingCode): void {
    this.attempt(() => this.storage().setItem(this.key, JSON.stringify(pending)));
  }

  clear(): void {
    this.attempt(() => this.storage().removeItem(this.key));
  }

  /** Blocked or full storage costs the resuming, and nothing else. */
  private attempt<T>(work: () => T): T | null {
    try {
      return work();
    } catch {
      return null;
    }
  }
}

function parse(text: string): PendingCode | null {
  if (!text) return null;
  const value = JSON.parse(text) as Partial<Record<keyof PendingCode, unknown>>;
  const valid =
    typeof value.username === 'string' &&
    typeof value.session === 'string' &&
    typeof value.destination === 'string' &&
    typeof value.codeLength === 'number' &&
    (value.alphabet === 'digits' || value.alphabet === 'letters') &&
    isMoment(value.expiresAt) &&
    isMoment(value.resendAt);
  return valid ? (value as PendingCode) : null;
}

function isMoment(value: unknown): boolean {
  return value === null || typeof value === 'number';
}
