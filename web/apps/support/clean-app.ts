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

/** The packages as a registry would hand them out. */
export function pack(): Readonly<Record<'auth' | 'angular' | 'elements', string>> {
  const folder = mkdtempSync(join(tmpdir(), 'poolhouse-packed-'));
  for (const name of ['auth', 'angular', 'elements']) {
    run(folder, 'npm', 'pack', '--silent', join(WEB, 'dist', name));
  }
  const tarball = (name: string) =>
    `file:${join(folder, readdirSync(folder).find((file) => file.includes(`-${name}-`)) ?? name)}`;
  return { auth: tarball('auth'), angular: tarball('angular'), elements: tarball('elements') };
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

  /** Hands out a folder of the app, and `index.html` for every other path. */
  async serve(below: string): Promise<{ url: string; close: () => void }> {
    const root = join(this.folder, below);
    const read = (path: string) => {
      try {
        return readFileSync(join(root, path));
      } catch {
        return null;
      }
    };
    const server = createServer((request, answer) => {
      const path = new URL(request.url ?? '/', 'http://app').pathname;
      const found = extname(path) ? read(path) : null;
      answer.setHeader('content-type', TYPES[found ? extname(path) : '.html'] ?? 'text/plain');
      answer.end(found ?? read('index.html') ?? '');
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
