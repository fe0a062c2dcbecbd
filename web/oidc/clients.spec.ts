import { expect } from '@playwright/test';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../e2e/support/server';
import { CLIENTS } from './support/clients';
import { CLIENTS as FOLDER } from './support/names';
import { test as base } from './support/pool';
import { startWithTls } from './support/poolhouse';
import { APACHE, OPENIDC } from './support/servers';
import { walk } from './support/walk';

/** A server for each worker that speaks TLS, for Amplify asks nobody by plain HTTP. */
const test = base.extend<object, { server: Server }>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
    async ({}, use) => {
      const poolhouse = await startWithTls();
      await use(poolhouse.server);
      await poolhouse.stop();
    },
    { scope: 'worker' },
  ],
});

for (const client of CLIENTS) {
  test(`${client.name} signs in by the pages, renews, checks what comes back, and signs out`, async ({
    page,
    server,
    start,
  }) => {
    const isThere = client.name !== 'mod-auth-openidc' || [APACHE, OPENIDC].every(existsSync);
    test.skip(!isThere, 'Debian’s package libapache2-mod-auth-openidc is not installed');
    const { app, person } = await start(client, server);
    await walk(page, server, person, app);
  });
}

test('the files of the guides have the types that their libraries ask for', () => {
  const compiler = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const args = [compiler, '-p', join(FOLDER, 'tsconfig.json')];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
