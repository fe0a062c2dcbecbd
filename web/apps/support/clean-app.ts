import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../..', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
};

/** What a manifest names to install each of them. */
export interface Packed {
  readonly auth: string;
  readonly angular: string;
  readonly elements: string;
  remove(): void;
}

/** The packages as a registry would hand them out. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), 'poolhouse-packed-'));
  for (const name of ['auth', 'angular', 'elements']) {
    run(folder, 'npm', 'pack', '--silent', join(WEB, 'dist', name));
  }
  const tarball = (name: string) =>
    `file:${join(folder, readdirSync(folder).find((file) => file.includes(`-${name}-`)) ?? name)}`;
  return {
    auth: tarball('auth'),
    angular: tarball('angular'),
    elements: tarball('elements'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** An app of somebody else: a folder of its own, with nothing but what its manifest names. */
export class CleanApp {
  readonly folder = mkdtempSync(join(tmpdir(), 'poolhouse-app-'));

  constructor(files: Readonly<Record<string, string | object>>) {
    for (const [name, content] of Object.entries(files)) {
      const file = join(this.folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    }
  }

  /** Without `--legacy-peer-deps` or `--force`: what the packages ask for must be there. */
  install(): void {
    run(this.folder, 'npm', 'install', '--no-audit', '--no-fund', '--loglevel=error');
  }

  run(program: string, ...args: string[]): void {
    run(this.folder, program, ...args);
  }

  /** A built file as a web server hands it out; `null` where there is none. */
  file(below: string, path: string): { readonly type: string; readonly body: Buffer } | null {
    try {
      const body = readFileSync(join(this.folder, below, path));
      return { type: TYPES[extname(path)] ?? 'application/octet-stream', body };
    } catch {
      return null;
    }
  }

  /** Hands out a folder of the app, and `index.html` for every path that names no file. */
  async serve(below: string): Promise<{ url: string; close: () => void }> {
    const server = createServer((request, answer) => {
      const path = new URL(request.url ?? '/', 'http://app').pathname;
      const name = extname(path) ? path : 'index.html';
      const found = this.file(below, name);
      answer.statusCode = found ? 200 : 404;
      answer.setHeader('content-type', found?.type ?? 'text/plain');
      answer.end(found?.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    return { url: `http://localhost:${port}/`, close: () => void server.close() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function run(cwd: string, program: string, ...args: string[]): void {
  const env = { ...process.env, NG_CLI_ANALYTICS: 'false', NODE_ENV: '' };
  try {
    execFileSync(program, args, { cwd, env, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, {
      cause: error,
    });
  }
}
