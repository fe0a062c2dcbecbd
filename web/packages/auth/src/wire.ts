import { AuthError, malformed, serviceError, unreachable } from './auth-error.js';
import type { CognitoClientEnvironment } from './environment.js';

export type Json = Readonly<Record<string, unknown>>;

const DEFAULT_TIMEOUT = 15_000;

/** Calls that change nothing, or nothing more, when they are made twice. */
const REPEATABLE = ['InitiateAuth', 'RevokeToken', 'GlobalSignOut'];

/** Milliseconds before a repeatable call that found no server is made again. */
const RETRIES = [300, 900];

/** One JSON call after another, and the server's clock beside them. */
export class Wire {
  /**
   * Milliseconds that the server's clock is ahead of this one. The password proof carries the time,
   * and the server refuses one that is minutes off: people whose clock is wrong would read "wrong
   * password".
   */
  skew = 0;
  readonly #environment: CognitoClientEnvironment;

  constructor(environment: CognitoClientEnvironment) {
    this.#environment = environment;
  }

  async call(
    endpoint: string,
    operation: string,
    body: Json,
    timeout = DEFAULT_TIMEOUT,
    signal?: AbortSignal,
  ): Promise<Json> {
    const delays = REPEATABLE.includes(operation) ? [...RETRIES] : [];
    for (;;) {
      try {
        return await this.#once(endpoint, operation, body, timeout, signal);
      } catch (error) {
        // A `TypeError` is fetch's word for a connection that failed; slowness is not repeated.
        const lost = error instanceof AuthError && error.cause instanceof TypeError;
        const delay = lost && !signal?.aborted ? delays.shift() : undefined;
        if (delay === undefined) throw error;
        await this.#environment.sleep(delay);
      }
    }
  }

  async #once(
    endpoint: string,
    operation: string,
    body: Json,
    timeout: number,
    signal?: AbortSignal,
  ): Promise<Json> {
    // By hand, since `AbortSignal.any` is younger than the browsers that this must run in.
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, timeout);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    let response: Response;
    let content: string;
    try {
      response = await this.#environment.fetch(endpoint, {
        method: 'POST',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        headers: {
          'Content-Type': 'application/x-amz-json-1.1',
          'X-Amz-Target': `AWSCognitoIdentityProviderService.${operation}`,
        },
        body: JSON.stringify(body),
        signal: controller.signal,
      });
      content = await response.text();
    } catch (cause) {
      unreachable(cause);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
    this.skew = Date.parse(response.headers.get('Date') ?? '') - this.#environment.now() || 0;
    // Operations that have nothing to say may leave the body out.
    const json = parseObject(content || '{}');
    if (response.ok && json) return json;
    const code = errorCode(response.headers.get('X-Amzn-ErrorType') ?? json?.['__type']);
    const message = json?.['message'] ?? json?.['Message'];
    throw serviceError(response.status, code, typeof message === 'string' ? message : '');
  }
}

/** `NotAuthorizedException`, out of forms such as `namespace#NotAuthorizedException:url`. */
function errorCode(type: unknown): string {
  const name = typeof type === 'string' ? type : '';
  return name.slice(name.indexOf('#') + 1).split(/[:,]/)[0];
}

function parseObject(text: unknown): Json | null {
  try {
    const value: unknown = JSON.parse(String(text));
    return typeof value === 'object' && value !== null ? (value as Json) : null;
  } catch {
    // Not JSON: a proxy's page, say. The caller reports it as the server's fault.
    return null;
  }
}

export function record(value: unknown): Json {
  if (typeof value === 'object' && value !== null) return value as Json;
  throw malformed();
}

export function member(of: Json, name: string): string {
  const value = of[name];
  if (typeof value === 'string') return value;
  throw malformed(name);
}
