/** A server that gives out authorization codes without pages: `crates/testkit/examples/authorization_codes.rs`. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const REPOSITORY = resolve(fileURLToPath(import.meta.url), '../../../../..');
const PROGRAMS = process.env.POOLHOUSE_PROGRAMS ?? join(REPOSITORY, 'target/debug');

export async function startCodes() {
  const child = spawn(join(PROGRAMS, 'examples/authorization_codes'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => (await Promise.race([lines.next(), ended.then(() => ({}))])).value;
  const scene = JSON.parse(await line());
  return {
    ...scene,
    /** Where the browser is sent after the sign-in that these parameters ask for. */
    async signIn(parameters) {
      child.stdin.write(`${new URLSearchParams(parameters)}\n`);
      return new URL(await line());
    },
    async stop() {
      child.stdin.end();
      const status = await ended;
      if (status !== 0) throw new Error(`the server ended with status ${status}`);
    },
  };
}
