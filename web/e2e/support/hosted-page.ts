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
  /** A module that may import our packages and React. */
  readonly script: string;
  readonly css?: string;
}

/**
 * Pages that use the packages as they are published, on an origin of their own, under a policy that
 * allows no inline style or script.
 */
export const test = base.extend<{ hosted: (page: HostedPage) => Promise<SignInPage> }>({
  hosted: async ({ page, server, pool, person, complaints }, use) => {
    void complaints;
    const closers: (() => void)[] = [];
    await use(async (hosted) => {
      const { url, close } = await serve(hosted, server.url, pool);
      closers.push(close);
      await page.goto(url);
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
    .replaceAll('CLIENT', pool.clientId);
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html', page(body)],
    '/page.js': ['text/javascript', await bundle(script)],
    '/page.css': ['text/css', css],
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

async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: WEB, loader: 'tsx' },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: {
      '@poolhouse/auth': `${WEB}dist/auth`,
      '@poolhouse/elements': `${WEB}dist/elements`,
    },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
