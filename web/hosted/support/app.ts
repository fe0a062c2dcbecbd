import { createServer } from 'node:http';
import { AddressInfo } from 'node:net';

/** An app that people are led back to. It says what it was told, and asks for no tokens: others do that. */
export interface App {
  readonly origin: string;
  close(): Promise<void>;
}

export async function startApp(): Promise<App> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://app');
    const told = url.searchParams.get('error') ?? (url.searchParams.has('code') ? 'a code' : '');
    const heading = url.pathname === '/cb' ? `Back with ${told}` : 'Signed out of the app';
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><main><h1>${heading}</h1></main>`,
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
