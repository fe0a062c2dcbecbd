import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Server } from '../../e2e/support/server';
import { AccessKey } from '../../e2e/support/sigv4';
import { certificate } from './certificate';
import { freePort, Home, Program } from './program';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const PROGRAMS = process.env['POOLHOUSE_PROGRAMS'] ?? join(REPOSITORY, 'target/debug');

/** A running server of its own. */
export interface Poolhouse {
  /** Speaks to it as its operator does. */
  readonly server: Server;
  /** What the audit log has said so far. */
  audit(): Record<string, unknown>[];
  stop(): Promise<void>;
}

/** Starts the built server with this configuration; people reach it at `url`, its inbox is at `inbox`. */
export async function startPoolhouse(
  url: string,
  listen: number,
  configuration: string,
  inbox = `http://127.0.0.1:${listen}`,
): Promise<Poolhouse> {
  const home = new Home();
  const data = join(home.folder, 'data');
  const mail = `[inbox]\nsmtp = "127.0.0.1:${await freePort()}"\n`;
  const config = home.write('poolhouse.toml', `${configuration}\n${mail}`);
  const program = await Program.start({
    program: poolhouse(),
    arguments: [
      ...['serve', '--inbox', '--listen', `127.0.0.1:${listen}`, '--data', data],
      ...['--config', config, '--mail-from', 'Poolhouse <no-reply@example.com>'],
    ],
    port: listen,
  });
  const key = await keyOf(data).catch(async (error: unknown) => {
    await program.stop();
    throw error;
  });
  return {
    server: new Server(url, key, inbox),
    audit: () =>
      command('audit', '--output', 'json', '--data', data)
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      await program.stop();
      home.remove();
    },
  };
}

/** One that speaks TLS itself. */
export async function startWithTls(): Promise<Poolhouse> {
  const port = await freePort();
  const url = `https://localhost:${port}`;
  const file = (name: string) => JSON.stringify(join(certificate(), name));
  const tls = `[tls]\ncertificate = ${file('fullchain.pem')}\nkey = ${file('privkey.pem')}\n`;
  return startPoolhouse(url, port, `issuer = "${url}"\n\n${tls}`, url);
}

async function keyOf(data: string): Promise<AccessKey> {
  const printed = command('keys', 'create', '--output', 'json', '--data', data);
  const key = JSON.parse(printed) as { AccessKeyId: string; SecretAccessKey: string };
  return { id: key.AccessKeyId, secret: key.SecretAccessKey };
}

function poolhouse(): string {
  const path = join(PROGRAMS, 'poolhouse');
  if (!existsSync(path)) {
    throw new Error(`${path} is not built; run \`cargo xtask test oidc\`, which builds it`);
  }
  return path;
}

function command(...args: readonly string[]): string {
  return execFileSync(poolhouse(), args, { encoding: 'utf8', stdio: 'pipe' });
}
