import { Page } from '@playwright/test';
import { build } from 'esbuild';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test as base } from './fixtures';
import { Pool } from './server';

/** Where `cargo xtask test` installs the clients of others. */
const CLIENTS = fileURLToPath(new URL('../../../tests/sdk/js', import.meta.url));

/** Ours, under the names that others gave. */
const AUTH = fileURLToPath(new URL('../../dist/auth', import.meta.url));

/** What such a client is told of the server. */
export interface Names extends Pool {
  readonly endpoint: string;
}

/** What an error comes to, once it has come across origins. */
export const WRONG_PASSWORD = {
  name: 'NotAuthorizedException',
  message: 'Incorrect username or password.',
};

/** With a page of somebody else: on an origin of its own, and nothing in it. */
export const test = base.extend<{ names: Names; other: Page }>({
  names: async ({ server, pool }, use) => {
    await use({ ...pool, endpoint: server.url });
  },
  // Not in the context of the other tests: Amplify warns of every endpoint that is not Amazon's.
  other: async ({ browser }, use) => {
    const { url, close } = await serveEmptyPage();
    const page = await browser.newPage();
    await page.goto(url);
    await use(page);
    await page.close();
    close();
  },
});

/** Runs a module in the page; what it exports is the page's `clients`. */
export async function load(page: Page, module: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: module, resolveDir: CLIENTS },
    bundle: true,
    format: 'iife',
    globalName: 'clients',
    platform: 'browser',
    define: { global: 'globalThis' },
    alias: { '@poolhouse/auth': AUTH },
    write: false,
  });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
}

async function serveEmptyPage(): Promise<{ url: string; close: () => void }> {
  const server = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<!doctype html><title>Another application</title>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => void server.close() };
}
