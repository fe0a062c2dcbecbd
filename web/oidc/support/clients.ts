import { expect, Page } from '@playwright/test';
import { startBrowserApp, Running } from './browser-app';
import { Names } from './names';
import { startApache, startAuthJs } from './servers';
import { App } from './walk';

/** A client of the guides. */
export interface Client {
  readonly name: string;
  /** Where its browsers come back to. */
  readonly callback: string;
  readonly hasSecret?: boolean;
  readonly scopes?: readonly string[];
  readonly start: (names: Names) => Promise<Running>;
  /** What differs from an app in the browser. */
  readonly app: Pick<App, 'refusesState' | 'refusesNonce'> & Partial<App>;
}

/** An app in the browser, of the folder that is named after its client. */
function inBrowser(name: string, callback: string, app: Client['app']): Client {
  return { name, callback, start: (names) => startBrowserApp(name, names), app };
}

export const CLIENTS: readonly Client[] = [
  inBrowser('oidc-client-ts', '/signed-in', {
    refusesState: /No matching state found/,
    refusesNonce: /nonce in id_token does not match/,
  }),
  inBrowser('react-oidc-context', '/', {
    refusesState: /No matching state found/,
    refusesNonce: /nonce in id_token does not match/,
  }),
  inBrowser('angular-auth-oidc-client', '/', {
    refusesState: /could not find matching config for state/,
    refusesNonce: /validation failed/,
  }),
  inBrowser('angular-oauth2-oidc', '/', {
    refusesState: /invalid_nonce_in_state/,
    refusesNonce: /Wrong nonce/,
  }),
  {
    ...inBrowser('amplify', '/', {
      refusesState: /state/i,
      refusesNonce: null,
      account: 'GetUser 200',
      renewal: 'GetTokensFromRefreshToken 200',
      leaving: 'RevokeToken 200',
    }),
    scopes: ['openid', 'email', 'aws.cognito.signin.user.admin'],
  },
  {
    name: 'auth-js',
    callback: '/auth/callback/cognito',
    hasSecret: true,
    start: startAuthJs,
    app: {
      begin: async (page) => {
        await page.getByText('Sign in').click();
        await page.getByRole('button', { name: 'Sign in with Cognito' }).click();
      },
      renew: updateSession,
      refusesState: /There is a problem/,
      refusesNonce: /There is a problem/,
    },
  },
  {
    name: 'mod-auth-openidc',
    callback: '/private/signed-in',
    hasSecret: true,
    start: startApache,
    app: {
      renew: refreshByHook,
      refusesState: /Bad Request/,
      refusesNonce: /Error/,
    },
  },
];

/** As the clients of Auth.js ask for a session that is up to date. */
async function updateSession(page: Page): Promise<void> {
  const { origin } = new URL(page.url());
  const csrf = await page.request.get(`${origin}/auth/csrf`);
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  await page.request.post(`${origin}/auth/session`, { data: { csrfToken, data: {} } });
  await page.reload();
}

/** The module shows no traffic: what `userInfo` said stands on the page, and another access token in its link. */
async function refreshByHook(page: Page): Promise<void> {
  await expect(page.getByText('"email_verified":"true"')).toBeVisible();
  const link = page.getByText('Renew');
  const before = (await link.getAttribute('href')) ?? '';
  expect(before).toMatch(/access_token=ey/);
  await link.click();
  await expect(link).not.toHaveAttribute('href', before);
  expect(new URL(page.url()).search).toBe('');
}
