/**
 * Builds one package into dist/NAME, as it is published.
 *
 *     node scripts/package.mjs auth|elements|angular
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const WEB = dirname(dirname(fileURLToPath(import.meta.url)));
const STYLES = join(WEB, 'packages/styles');

const name = process.argv[2];
const source = join(WEB, 'packages', name);
const target = join(WEB, 'dist', name);

if (name === 'angular') {
  node('@angular/cli/bin/ng.js', 'build', 'angular');
  cpSync(STYLES, join(target, 'styles'), { recursive: true });
} else {
  rmSync(target, { recursive: true, force: true });
  if (name === 'elements') await writeSheet();
  node('typescript/bin/tsc', '-p', source);
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  if (name === 'elements') await bundleElements();
}
for (const file of ['README.md', 'CHANGELOG.md']) cpSync(join(source, file), join(target, file));
for (const file of ['LICENSE-MIT', 'LICENSE-APACHE'])
  cpSync(join(WEB, '..', file), join(target, file));

/** The style sheet as a module: a shadow root adopts it, so that no `<style>` is needed. */
async function writeSheet() {
  const { outputFiles } = await build({
    entryPoints: [join(source, 'src/element.css')],
    bundle: true,
    minify: true,
    write: false,
  });
  mkdirSync(join(source, 'src/generated'), { recursive: true });
  const css = JSON.stringify(outputFiles[0].text.trim());
  writeFileSync(
    join(source, 'src/generated/sheet.ts'),
    `/** Made of src/element.css by scripts/package.mjs. */\nexport const CSS =\n  ${css};\n`,
  );
}

/** For pages without a build: `<script type="module" src="min/sign-in.js">`. */
async function bundleElements() {
  await build({
    entryPoints: ['sign-in', 'otp-input'].map((entry) => join(target, `${entry}.js`)),
    outdir: join(target, 'min'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    alias: { '@poolhouse/auth': join(WEB, 'dist/auth') },
  });
}

function node(program, ...args) {
  execFileSync(process.execPath, [join(WEB, 'node_modules', program), ...args], {
    cwd: WEB,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
