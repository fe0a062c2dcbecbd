/**
 * What a page loads for this sign-in: our packages, and the clients of others that do the same, bundled
 * in one run. Fails where one of ours is over its limit.
 *
 *     node scripts/sizes.mjs            prints the table
 *     node scripts/sizes.mjs --write    and writes it into docs/reference/front-end-sizes.md
 *     node scripts/sizes.mjs --quick    only what takes no second to bundle, without the others
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const WEB = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where `cargo xtask test` installs the clients of others. */
const OTHERS = join(WEB, '../tests/sdk/js');
const TABLE = join(WEB, '../docs/reference/front-end-sizes.md');
const MARK = /(<!-- sizes -->\n)[^]*(<!-- \/sizes -->)/;

/**
 * What is bundled, how many bytes of Brotli it may come to, and whether what is fetched only when it
 * is needed counts too.
 */
const OURS = [
  ['`@poolhouse/auth`: client, flow, errors', "export * from '@poolhouse/auth'", 6_000],
  ['`@poolhouse/auth/session`', "export * from '@poolhouse/auth/session'", 1_600],
  ['`@poolhouse/auth/account`', "export * from '@poolhouse/auth/account'", 4_600],
  ['`@poolhouse/auth/identity-js`', "export * from '@poolhouse/auth/identity-js'", 5_500],
  ['`@poolhouse/auth/react`, without React', "export * from '@poolhouse/auth/react'", 200],
  [
    '`<ph-sign-in>`, a sign-in with password and code',
    "import '@poolhouse/elements/sign-in'",
    14_000,
  ],
  [
    '`<ph-sign-in>` in one file with what few sign-ins fetch',
    "import '@poolhouse/elements/sign-in'",
    23_500,
    true,
  ],
  ['`<ph-otp-input>`', "import '@poolhouse/elements/otp-input'", 4_500],
];
const PEERS = [
  [
    '`amazon-cognito-identity-js`',
    "export { CognitoUserPool, CognitoUser, AuthenticationDetails } from 'amazon-cognito-identity-js'",
  ],
  [
    '`aws-amplify` (`auth`)',
    "export { Amplify } from 'aws-amplify'; export { signIn, confirmSignIn, signOut, fetchAuthSession } from 'aws-amplify/auth'",
  ],
];
/** Pages of projects/measure, by the names of their configurations, and which of their files count. */
const ANGULAR = [
  ['hello', 'first', 'Angular: a page that says “Hello”'],
  ['plain', 'first', 'Angular: a page with a small form of its own, in one file'],
  ['lazy', 'first', 'Angular: that page with a part that it fetches later, before that'],
  ['lazy', 'all', 'The same, all of it'],
  [
    'forms',
    'first',
    'Angular: a page with `<si-sign-in>`, its styles and English, until a person can type',
  ],
  ['forms', 'code', 'The same, a sign-in with password and code'],
  ['forms', 'all', 'The same with what few sign-ins fetch'],
];
/** What `<si-sign-in>` may add to a page with a form of its own. */
const OVER = [
  ['a page with a part that it fetches later, until a person can type', 4, 2, 16_000],
  ['a page with a part that it fetches later, a sign-in with password and code', 5, 3, 19_000],
  ['a page with a part that it fetches later, with what few sign-ins fetch', 6, 3, 33_000],
  ['a page in one file, a sign-in with password and code', 5, 1, 19_000],
];

const quick = process.argv.includes('--quick');
const rows = [];
const built = new Set();
for (const [name, code, limit, whole] of OURS)
  rows.push({ name, ...(await bundled(code, WEB, whole)), limit });
if (!quick) {
  for (const [name, code] of PEERS) rows.push({ name, ...(await bundled(code, OTHERS, true)) });
  const pages = ANGULAR.map(([page, part, name]) => ({ name, ...angular(page)[part] }));
  rows.push(...pages);
  for (const [name, more, less, limit] of OVER) {
    const sizes = difference(pages[more], pages[less]);
    rows.push({ name: `\`@poolhouse/angular\` over ${name}`, ...sizes, limit });
  }
}

const ours = rows.filter(({ limit }) => limit);
const over = ours.filter(({ brotli, limit }) => brotli > limit).length;
const peers = PEERS.map(([peer]) => rows.find(({ name }) => name === peer)?.brotli);
const head = ['', 'minified', 'gzip', 'Brotli', 'limit', 'of identity-js', 'of Amplify'];
const cells = rows.map(({ name, minified, gzip, brotli, limit }) => [
  name,
  ...[minified, gzip, brotli].map(kilobytes),
  limit ? kilobytes(limit) : '',
  ...peers.map((peer) => (limit && peer ? percent(brotli / peer) : '')),
]);
const lines = [head, ['---', ...head.slice(1).map(() => '---:')], ...cells];
const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
console.log(table);
if (process.argv.includes('--write')) {
  const text = readFileSync(TABLE, 'utf8');
  writeFileSync(TABLE, text.replace(MARK, `$1\n${table}\n\n$2`));
}
console.log(`\n${ours.length - over} passed, ${over} failed`);
process.exitCode = over ? 1 : 0;

/** What `contents` imports, as a page begins with it; or in one file with what it fetches later. */
async function bundled(contents, resolveDir, whole = false) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    splitting: !whole,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    outdir: join(WEB, 'dist/measure/bundled'),
    external: ['react'],
    define: { global: 'globalThis' },
    alias: {
      '@poolhouse/auth': join(WEB, 'dist/auth'),
      '@poolhouse/elements': join(WEB, 'dist/elements'),
    },
    write: false,
    metafile: true,
    absWorkingDir: WEB,
  });
  const content = (path) => outputFiles.find((file) => file.path === join(WEB, path)).contents;
  const entry = (path) => metafile.outputs[path].entryPoint === '<stdin>';
  return sum([...withImports(metafile, entry)].map(content));
}

/** These files of a bundler's output, and those that they import at once. */
function withImports({ outputs }, wanted) {
  const files = new Set(Object.keys(outputs).filter(wanted));
  for (const path of files) {
    const eager = outputs[path].imports.filter(({ kind }) => kind === 'import-statement');
    eager.filter(({ external }) => !external).forEach((each) => files.add(each.path));
  }
  return files;
}

/** The files of a page: those that it begins with, those of a sign-in with a code, and all of them. */
function angular(page) {
  const folder = join(WEB, 'dist/measure', page);
  if (!built.has(page)) {
    const ng = join(WEB, 'node_modules/@angular/cli/bin/ng.js');
    const env = { ...process.env, NG_CLI_ANALYTICS: 'false' };
    execFileSync(process.execPath, [ng, 'build', 'measure', '-c', page], {
      cwd: WEB,
      stdio: 'pipe',
      env,
    });
    built.add(page);
  }
  const stats = JSON.parse(readFileSync(join(folder, 'stats.json'), 'utf8'));
  const read = (name) => readFileSync(join(folder, 'browser', name));
  const isCode = (name) => /\.(js|css)$/.test(name);
  const isFirst = (name) => /^(main\.js|styles\.css)$/.test(name);
  const isStep = (name) => /angular-steps\.mjs$/.test(stats.outputs[name].entryPoint ?? '');
  const files = (wanted) => sum([...withImports(stats, wanted)].map(read));
  return {
    first: files(isFirst),
    code: files((name) => isFirst(name) || isStep(name)),
    all: files(isCode),
  };
}

function sum(files) {
  const total = (size) => files.reduce((bytes, file) => bytes + size(file), 0);
  return {
    minified: total((file) => file.length),
    gzip: total((file) => gzipSync(file, { level: 9 }).length),
    brotli: total((file) => brotliCompressSync(file).length),
  };
}

function difference(more, less) {
  const of = (size) => more[size] - less[size];
  return { minified: of('minified'), gzip: of('gzip'), brotli: of('brotli') };
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function percent(ratio) {
  return `${Math.round(100 * ratio)} %`;
}
