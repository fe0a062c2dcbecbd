import { ChildProcess, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The user that owns nothing, for programs that would otherwise run as root. */
const NOBODY = 65534;

/** A folder that is gone at the end. */
export class Home {
  readonly folder = mkdtempSync(join(tmpdir(), 'poolhouse-oidc-'));

  /** Writes a file that only its owner may read; the path. */
  write(name: string, content: string | Buffer): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  /** Hands the folder and these files of it to the user that owns nothing, if this is root. */
  giveAway(...files: readonly string[]): void {
    if (!isRoot()) return;
    for (const path of [this.folder, ...files]) chownSync(path, NOBODY, NOBODY);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Start {
  readonly program: string;
  readonly arguments: readonly string[];
  /** Where it listens once it is ready. */
  readonly port: number;
  /** A file that it writes to in place of its output. */
  readonly log?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs it as the user that owns nothing, if this is root. */
  readonly unprivileged?: boolean;
}

/** A program that runs until it is stopped. */
export class Program {
  /** What it has said so far. */
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;

  private constructor(start: Start) {
    const user = start.unprivileged && isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
    this.child = spawn(start.program, [...start.arguments], {
      ...user,
      env: { ...process.env, ...start.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (said: Buffer) => {
      this.lines.push(...String(said).split('\n').filter(Boolean));
    };
    this.child.stdout?.on('data', keep);
    this.child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.once('error', resolve);
    });
  }

  /** Starts it, and waits until somebody listens. */
  static async start(start: Start): Promise<Program> {
    const program = new Program(start);
    let isOver = false;
    void program.ended.then(() => (isOver = true));
    const deadline = Date.now() + 30_000;
    while (!isOver && Date.now() < deadline) {
      if (await listens(start.port)) return program;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await program.stop();
    const logged = start.log && existsSync(start.log) ? readFileSync(start.log, 'utf8') : '';
    throw new Error(`${start.program} did not start:\n${program.lines.join('\n')}\n${logged}`);
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
