import { build, Plugin } from 'esbuild';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { builtByCli } from './angular-cli';
import { fileOf, filled, CLIENTS, Names } from './names';

/** Where `cargo xtask test` installs Amplify. */
const SDK = join(CLIENTS, '../sdk/js/node_modules');

/** Whether Angular's apps are built as their authors build them, which takes minutes. */
const BY_CLI = process.env['OIDC_ANGULAR'] === 'cli';

export interface Running {
  /** Calls of an app's own server, as `traffic.ts` writes them. */
  readonly traffic?: readonly string[];
  stop(): Promise<void>;
}

/** Builds an app that runs in the browser, and hands it out at its origin: for every path that names no file, its page. */
export async function startBrowserApp(app: string, names: Names): Promise<Running> {
  const files = isAngular(app) && BY_CLI ? builtByCli(app, names) : await bundled(app, names);
  const server = createServer((request, answer) => {
    const script = files.get(request.url ?? '');
    answer.setHeader('content-type', `${script ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    answer.end(script ?? files.get('/index.html'));
  });
  const { port } = new URL(names.app);
  await new Promise<void>((listening) => server.listen(Number(port), '127.0.0.1', listening));
  return {
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function isAngular(app: string): boolean {
  return app.startsWith('angular-');
}

async function bundled(app: string, names: Names): Promise<Map<string, string>> {
  const folder = join(CLIENTS, 'apps', app);
  const entry = ['main.ts', 'main.tsx'].find((name) => existsSync(join(folder, name))) ?? '';
  const { outputFiles } = await build({
    stdin: {
      // Angular's libraries are published half compiled: a build ahead of time, or this, does the rest.
      contents: `${isAngular(app) ? "import '@angular/compiler';" : ''} import './${entry}';`,
      resolveDir: folder,
    },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    nodePaths: [SDK],
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, target: 'ES2022' } },
    plugins: [filling(folder, names)],
    write: false,
  });
  return new Map([
    ['/main.js', outputFiles[0]?.text ?? ''],
    ['/index.html', fileOf(app, 'index.html', names)],
  ]);
}

/** Puts the names of a test into what the app consists of, and into nothing else. */
function filling(folder: string, names: Names): Plugin {
  return {
    name: 'names',
    setup(builder) {
      builder.onLoad({ filter: /\.tsx?$/ }, ({ path }) => {
        if (!path.startsWith(folder)) return undefined;
        const contents = filled(readFileSync(path, 'utf8'), names);
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}
