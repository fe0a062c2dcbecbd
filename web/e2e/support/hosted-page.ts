import { build } from 'esbuild';
import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { SignInPage, test as base } from './fixtures';
import { Pool } from './server';

const WEB = fileURLToPath(new URL('../..', import.meta.url));

/** What a page of somebody else consists of. */
export interface HostedPage {
  /** The body; `ENDPOINT`, `POOL` and `CLIENT` are filled in. */
  readonly html: string;
  /** A module that may import our packages, React, and files of this folder's hosts. */
  readonly script: string;
  readonly css?: string;
}

/** The look of the forms, for pages that draw them themselves. */
export const FORMS_CSS = `@import '${new URL('../../packages/styles/sign-in.css', import.meta.url).pathname}';`;

/**
 * Pages that use the packages as they are published, on an origin of their own, under a policy that
 * allows no inline style or script.
 */
export const test = base.extend<{
  hosted: (page: HostedPage, query?: string) => Promise<SignInPage>;
}>({
  hosted: async ({ page, server, pool, person, complaints }, use) => {
    void complaints;
    const closers: (() => void)[] = [];
    await use(async (hosted, query = '') => {
      const { url, close } = await serve(hosted, server.url, pool);
      closers.push(close);
      await page.goto(url + query);
      return new SignInPage(page, server, person);
    });
    closers.forEach((close) => close());
  },
});

async function serve(
  { html, script, css = '' }: HostedPage,
  endpoint: string,
  pool: Pool,
): Promise<{ url: string; close: () => void }> {
  const body = html
    .replaceAll('ENDPOINT', `${endpoint}/`)
    .replaceAll('POOL', pool.userPoolId)
    .replaceAll('CLIENT', pool.clientId)
    .replaceAll('FLOW', pool.authFlow ?? 'CUSTOM_AUTH');
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    ...(await scripts(script)),
    '/': ['text/html', page(body)],
    '/page.css': ['text/css', await styles(css)],
  };
  const policy = `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src ${endpoint}`;
  const server = createServer((request, answer) => {
    const found = files[(request.url ?? '').split('?')[0] ?? ''];
    answer.setHeader('content-type', `${found?.[0] ?? 'text/plain'}; charset=utf-8`);
    answer.setHeader('content-security-policy', policy);
    answer.statusCode = found ? 200 : 404;
    answer.end(found?.[1] ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => void server.close() };
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><head><title>Another app</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,"><link rel="stylesheet" href="page.css">
    <script type="module" src="page.js"></script></head><body><main>${body}</main></body></html>`;
}

const bundled = new Map<string, Promise<Record<string, readonly [type: string, text: string]>>>();

/** In several files, as apps are built: what is fetched later is fetched later here too. */
function scripts(script: string): Promise<Record<string, readonly [type: string, text: string]>> {
  const made = bundled.get(script) ?? bundle(script);
  bundled.set(script, made);
  return made;
}

async function bundle(script: string) {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: `${WEB}e2e`, loader: 'tsx' },
    outdir: '/',
    entryNames: 'page',
    bundle: true,
    splitting: true,
    format: 'esm',
    jsx: 'automatic',
    nodePaths: [`${WEB}node_modules`],
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: {
      '@poolhouse/auth': `${WEB}dist/auth`,
      '@poolhouse/elements': `${WEB}dist/elements`,
    },
    write: false,
  });
  return Object.fromEntries(
    outputFiles.map(({ path, text }) => [path, ['text/javascript', text] as const]),
  );
}

async function styles(css: string): Promise<string> {
  const stdin = { contents: css, resolveDir: WEB, loader: 'css' } as const;
  const { outputFiles } = await build({ stdin, bundle: true, write: false });
  return outputFiles[0]?.text ?? '';
}
