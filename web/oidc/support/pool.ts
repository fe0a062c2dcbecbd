import { Page, test as base } from '@playwright/test';
import { Person, Server } from '../../e2e/support/server';
import { Client } from './clients';
import { Names } from './names';
import { freePort } from './program';
import { trafficOf } from './traffic';
import { App } from './walk';

/** An app that knows a pool, and somebody in that pool. */
export interface Started {
  readonly app: App;
  readonly person: Person;
  readonly names: Names;
}

interface Fixtures {
  /** What stops whatever the test has started, however it ends; the last comes first. */
  stops: (() => Promise<void>)[];
  /** Makes a pool with hosted login, registers an app of a guide as its client, and starts it. */
  start: (client: Client, server: Server, domain?: string) => Promise<Started>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
  stops: async ({}, use) => {
    const stops: (() => Promise<void>)[] = [];
    await use(stops);
    for (const stop of stops.reverse()) await stop();
  },

  start: async ({ page, stops }, use) => {
    await use(async (client, server, domain) => {
      const names = await register(client, server, domain);
      const person = await server.createPerson(names);
      const running = await client.start(names);
      stops.push(() => running.stop());
      return { app: appOf(client, names, page, () => running.traffic), person, names };
    });
  },
});

async function register(client: Client, server: Server, domain?: string): Promise<Names> {
  const pool = await server.createPool();
  await server.createDomain(pool, domain);
  // Another host than the server's: cookies know no ports.
  const app = `http://127.0.0.1:${await freePort()}`;
  const { clientId, clientSecret } = await server.createOidcClient(pool, {
    GenerateSecret: client.hasSecret ?? false,
    CallbackURLs: [app + client.callback],
    LogoutURLs: [`${app}/`],
    AllowedOAuthScopes: client.scopes ?? ['openid', 'email'],
  });
  const { userPoolId } = pool;
  const discovered = await fetch(`${server.url}/${userPoolId}/.well-known/openid-configuration`);
  const document = (await discovered.json()) as { token_endpoint: string };
  const login = document.token_endpoint.replace('/oauth2/token', '');
  return { app, server: server.url, login, userPoolId, clientId, clientSecret };
}

function appOf(
  client: Client,
  names: Names,
  page: Page,
  ofServer: () => readonly string[] | undefined,
): App {
  const traffic = trafficOf(page);
  return {
    url: `${names.app}/`,
    traffic: () => (client.hasSecret ? (ofServer() ?? null) : traffic),
    begin: (page) => page.getByText('Sign in', { exact: true }).click(),
    renew: (page) => page.getByText('Renew', { exact: true }).click(),
    account: 'userInfo 200',
    renewal: 'token refresh_token 200',
    ...client.app,
  };
}
