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
  if (name === 'elements') await writeSheets();
  node('typescript/bin/tsc', '-p', source);
  cpSync(join(source, 'package.json'), join(target, 'package.json'));
  if (name === 'elements') await bundleElements();
}
for (const file of ['README.md', 'CHANGELOG.md']) cpSync(join(source, file), join(target, file));
for (const file of ['LICENSE-MIT', 'LICENSE-APACHE'])
  cpSync(join(WEB, '..', file), join(target, file));

/** The style sheets as modules: a shadow root adopts them, so that no `<style>` is needed. */
async function writeSheets() {
  const sheets = join(source, 'src/generated');
  mkdirSync(sheets, { recursive: true });
  const write = async (file, module, name, made) => {
    const css = JSON.stringify(made(await minified(file)));
    const text = `/** Made of ${file} by scripts/package.mjs. */\nexport const ${name} =\n  ${css};\n`;
    writeFileSync(join(sheets, module), text);
  };
  await write('src/element.css', 'sheet.ts', 'CSS', colouredOnce);
  // One rule, which can be added to the sheet as it is.
  await write('../styles/rules.css', 'rules.ts', 'RULES', (css) => `@media all{${css}}`);
}

async function minified(file) {
  const entryPoints = [join(source, file)];
  const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false });
  return outputFiles[0].text.trim();
}

/**
 * A page's sheet has the light colours, and both where `light-dark()` is known. What a shadow root
 * adopts goes through a script, which can make the former of the latter: dom.ts.
 */
function colouredOnce(css) {
  const both =
    /:root,:host\{([^}]*)\}@supports ?\(color: ?light-dark\(#000, ?#fff\)\)\{:root,:host\{([^}]*)\}\}/;
  const [whole, light, known] = both.exec(css) ?? [];
  if (!whole) throw new Error('The tokens are not where scripts/package.mjs looks for them.');
  const name = (declaration) => declaration.slice(0, declaration.indexOf(':'));
  const replaced = new Set(known.split(';').map(name));
  const kept = light.split(';').filter((declaration) => !replaced.has(name(declaration)));
  const declarations = [...known.split(';'), ...kept].map((each) =>
    each.replace(/: /, ':').replace(/(#\w+), #/g, '$1,#'),
  );
  const once = css.replace(whole, `:host{${declarations.join(';')}}`);
  // A class is doubled to be stronger than a page's own rules, of which none gets in here.
  return once.replace(/(\.[\w-]+)\1(?![\w-])/g, '$1');
}

/** For pages without a build: `<script type="module" src="min/sign-in.js">`. */
async function bundleElements() {
  const { metafile } = await build({
    entryPoints: ['sign-in', 'otp-input', 'passkey-button'].map((entry) =>
      join(target, `${entry}.js`),
    ),
    outdir: join(target, 'min'),
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    alias: { '@poolhouse/auth': join(WEB, 'dist/auth') },
    metafile: true,
    absWorkingDir: WEB,
  });
  // What of others gets into these files needs its licence beside them.
  const others = Object.keys(metafile.inputs).filter(
    (path) => !/^(dist\/(auth|elements)|node_modules\/uqr)\//.test(path),
  );
  cpSync(join(WEB, 'node_modules/uqr/LICENSE'), join(target, 'min/LICENSE-uqr'));
  if (others.length) throw new Error(`min/ has code of others: ${others.join(', ')}`);
}

function node(program, ...args) {
  execFileSync(process.execPath, [join(WEB, 'node_modules', program), ...args], {
    cwd: WEB,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
