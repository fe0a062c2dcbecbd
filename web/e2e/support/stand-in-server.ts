import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { Body, StandInError, StandInPool } from './stand-in-pool';

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types angular',
].join('; ');

/** The inbox shows mail in a sandboxed frame, which inherits the page's policy: mail has styles. */
const INBOX_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
  'trusted-types angular',
  'trusted-types angular inbox-mail',
);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface StandIn {
  readonly url: string;
  stop(): Promise<void>;
}

/** See `stand-in-pool.ts`. Serves the pages in `folder` and the API, on a free loopback port. */
export async function startStandIn(folder: string): Promise<StandIn> {
  const pool = new StandInPool();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST') void answerCall(pool, request, response);
    else if (url.pathname === '/inbox/api/messages') answerInbox(pool, url, response);
    else answerFile(folder, url.pathname, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function answerCall(
  pool: StandInPool,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const operation = String(request.headers['x-amz-target']).split('.')[1];
  let status = 200;
  let answer: Body;
  try {
    answer = pool.handle(operation, JSON.parse(Buffer.concat(chunks).toString()) as Body);
  } catch (error) {
    if (!(error instanceof StandInError)) throw error;
    status = 400;
    answer = { __type: error.code, message: error.message };
  }
  const headers = {
    'Content-Type': 'application/x-amz-json-1.1',
    'x-amzn-RequestId': randomUUID(),
  };
  response.writeHead(status, headers).end(JSON.stringify(answer));
}

function answerInbox(pool: StandInPool, url: URL, response: ServerResponse): void {
  const to = url.searchParams.get('to');
  const mails = pool.mails.filter((mail) => to === null || mail.to === to);
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(mails));
}

function answerFile(folder: string, path: string, response: ServerResponse): void {
  const name = extname(path) ? normalize(path) : 'index.html';
  const file = join(folder, name);
  if (!existsSync(file)) {
    response.writeHead(404).end();
    return;
  }
  const policy = path.startsWith('/inbox') ? INBOX_POLICY : POLICY;
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': policy });
  response.end(readFileSync(file));
}
