import type { SignInName } from '@poolhouse/angular';

/** What `/config.json` says: so one build serves any pool, here or on AWS. */
export interface DemoConfig {
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly clientId: string;
  /** What people of this pool sign in with. */
  readonly signInName: SignInName;
  /** What a sign-in with a password begins with. */
  readonly authFlow?: 'CUSTOM_AUTH' | 'USER_SRP_AUTH';
  /** What the pool asks of a password; Cognito's default where nothing is said. */
  readonly passwordPolicy?: object;
  /** What there is beside the sign-in: `readOffers` makes sense of it, where it is needed. */
  readonly offers?: object;
}

/** `null` when the server has none, or does not answer. */
export async function loadConfig(): Promise<DemoConfig | null> {
  try {
    const response = await fetch('/config.json', { cache: 'no-cache' });
    return response.ok ? readConfig(await response.json()) : null;
  } catch {
    // Unreachable or not JSON: the page says that it is unavailable and offers to try again.
    return null;
  }
}

/** The endpoint is the page's own server where the file names none. */
export function readConfig(value: unknown): DemoConfig | null {
  if (typeof value !== 'object' || value === null) return null;
  const { endpoint, userPoolId, clientId, signInName } = value as Record<string, unknown>;
  const { authFlow, passwordPolicy, offers } = value as DemoConfig;
  if (typeof userPoolId !== 'string' || typeof clientId !== 'string') return null;
  return {
    endpoint: typeof endpoint === 'string' ? endpoint : '/',
    userPoolId,
    clientId,
    signInName: signInName === 'username' ? 'username' : 'email',
    authFlow,
    passwordPolicy,
    offers,
  };
}
