/** The built server as a process: on a free port, with a data folder of its own, stopped at the end. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '../../../../..');
const PROGRAMS = process.env.POOLHOUSE_PROGRAMS ?? join(REPOSITORY, 'target/debug');
const FUNCTIONS = { '2faDefine': '2fa-define', '2faCreate': '2fa-create', '2faVerify': '2fa-verify' };

/** `more`: what `poolhouse.toml` has beside the inbox. */
export async function startServer(more = '') {
  const home = mkdtempSync(join(tmpdir(), 'poolhouse-test-'));
  const config = join(home, 'poolhouse.toml');
  const data = join(home, 'data');
  writeFileSync(config, `${configuration(await freePort())}\n${more}`);
  const log = openSync(join(home, 'server.log'), 'a');
  const child = spawn(
    program('poolhouse'),
    [
      ...['serve', '--inbox', '--listen', '127.0.0.1:0', '--data', data, '--config', config],
      ...['--mail-from', 'Poolhouse <no-reply@example.com>'],
    ],
    { stdio: ['ignore', 'pipe', log] },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await Promise.race([
    readyAt(child.stdout),
    ended.then(() => Promise.reject(new Error(`the server did not start; see ${home}`))),
  ]);
  return {
    url,
    credentials: createKey(data),
    openDoor: (poolId) => openDoor(data, poolId),
    async stop() {
      child.kill('SIGTERM');
      const status = await ended;
      if (status !== 0) throw new Error(`the server ended with status ${status}; see ${home}`);
      rmSync(home, { recursive: true });
    },
  };
}

function program(name) {
  const path = join(PROGRAMS, name);
  if (!existsSync(path)) {
    throw new Error(`${path} is not built; run \`cargo xtask test sdk-js\`, which builds it`);
  }
  return path;
}

async function readyAt(output) {
  for await (const line of createInterface({ input: output })) {
    const ready = /^Poolhouse is ready at (http:\S+)$/.exec(line);
    if (ready) return ready[1];
  }
  throw new Error('the server did not say that it is ready');
}

/** Allows sign-ins without a code on a pool. */
function openDoor(data, poolId) {
  const arguments_ = ['door', 'open', '--user-pool-id', poolId, '--data', data];
  const { status, stderr } = spawnSync(program('poolhouse'), arguments_, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the door was not opened: ${stderr}`);
}

function createKey(data) {
  const arguments_ = ['keys', 'create', '--output', 'json', '--data', data];
  const { status, stdout, stderr } = spawnSync(program('poolhouse'), arguments_, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`no access key: ${stderr}`);
  const { AccessKeyId, SecretAccessKey } = JSON.parse(stdout);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

/** An inbox port of its own and, if POOLHOUSE_FUNCTIONS asks for it, the functions as processes. */
function configuration(inboxPort) {
  const inbox = `[inbox]\nsmtp = "127.0.0.1:${inboxPort}"\n`;
  if (process.env.POOLHOUSE_FUNCTIONS !== 'processes') return inbox;
  const environment = {
    CUSTOM_ATTRIBUTES: 'custom:authChallenge',
    OTP_KEY: randomBytes(32).toString('hex'),
    SMTP_URL: `smtp://127.0.0.1:${inboxPort}`,
    MAIL_FROM: 'Poolhouse <no-reply@example.com>',
  };
  const variables = Object.entries(environment)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join('\n');
  const functions = Object.entries(FUNCTIONS).map(
    ([name, binary]) =>
      `[functions.${name}]\nprogram = ${JSON.stringify(program(binary))}\n` +
      `[functions.${name}.environment]\n${variables}\n`,
  );
  return [inbox, ...functions].join('\n');
}

function freePort() {
  return new Promise((resolve, reject) => {
    const listener = createServer().once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}
