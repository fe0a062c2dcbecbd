/**
 * What a page loads for this sign-in: our packages, and the clients of others that do the same, bundled
 * in one run. Fails where one of ours is over its limit.
 *
 *     node scripts/sizes.mjs            prints the table
 *     node scripts/sizes.mjs --write    and writes it into docs/reference/front-end-sizes.md
 *     node scripts/sizes.mjs --quick    only what takes no second to bundle, without the others
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const WEB = dirname(dirname(fileURLToPath(import.meta.url)));
/** Where `cargo xtask test` installs the clients of others. */
const OTHERS = join(WEB, '../tests/sdk/js');
const TABLE = join(WEB, '../docs/reference/front-end-sizes.md');
const MARK = /(<!-- sizes -->\n)[^]*(<!-- \/sizes -->)/;

/** What is bundled, and how many bytes of Brotli it may come to. */
const OURS = [
  ['`@poolhouse/auth`: client, flow, errors', "export * from '@poolhouse/auth'", 6_000],
  ['`@poolhouse/auth/session`', "export * from '@poolhouse/auth/session'", 1_600],
  ['`@poolhouse/auth/account`', "export * from '@poolhouse/auth/account'", 4_600],
  ['`@poolhouse/auth/identity-js`', "export * from '@poolhouse/auth/identity-js'", 5_500],
  ['`@poolhouse/auth/react`, without React', "export * from '@poolhouse/auth/react'", 200],
  ['`<ph-sign-in>`, until a person can type', "import '@poolhouse/elements/sign-in'", 14_000],
  [
    '`<ph-sign-in>`, a sign-in with password and code',
    "import '@poolhouse/elements/sign-in'",
    16_500,
  ],
  ['`<ph-sign-in>`, all of it in one file', "import '@poolhouse/elements/sign-in'", 16_500],
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
/** Pages of projects/measure, by the names of their configurations; `first` is what the HTML names. */
const ANGULAR = [
  ['hello', 'first', 'Angular: a page that says “Hello”'],
  ['plain', 'first', 'Angular: a page with a small form of its own'],
  [
    'forms',
    'first',
    'Angular: a page with `<si-sign-in>`, its styles and English, until a person can type',
  ],
  ['forms', 'code', 'The same, a sign-in with password and code'],
  ['forms', 'all', 'The same with the form of a first password'],
];
/** What `<si-sign-in>` may add to the page with a form of its own. */
const FORMS_LIMITS = { first: 19_000, code: 21_500, all: 24_000 };

const quick = process.argv.includes('--quick');
const rows = [];
const built = new Set();
for (const [name, code, limit] of OURS) {
  const parts = name.includes('until') ? [] : name.includes('code') ? ['code-view'] : null;
  rows.push({ name, ...(await bundled(code, WEB, parts)), limit });
}
if (!quick) {
  for (const [name, code] of PEERS) rows.push({ name, ...(await bundled(code, OTHERS)) });
  for (const [page, part, name] of ANGULAR) rows.push({ name, ...angular(page)[part] });
  const [plain, first, code, all] = rows.slice(-4);
  const over = '`@poolhouse/angular` over the page with a form of its own';
  rows.push({
    name: `${over}, until a person can type`,
    ...difference(first, plain),
    limit: FORMS_LIMITS.first,
  });
  rows.push({
    name: `${over}, a sign-in with password and code`,
    ...difference(code, plain),
    limit: FORMS_LIMITS.code,
  });
  rows.push({ name: `${over}, all of it`, ...difference(all, plain), limit: FORMS_LIMITS.all });
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

/** All that `contents` imports; or, in several files, those that a page begins with, and these parts fetched later. */
async function bundled(contents, resolveDir, parts = null) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    splitting: parts !== null,
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
  const { outputs } = metafile;
  const first = new Set(
    Object.keys(outputs).filter(
      (path) =>
        outputs[path].entryPoint === '<stdin>' ||
        parts?.some((part) => outputs[path].entryPoint?.endsWith(`/${part}.js`)),
    ),
  );
  for (const path of first) {
    const eager = outputs[path].imports.filter(({ kind }) => kind === 'import-statement');
    eager.filter(({ external }) => !external).forEach((each) => first.add(each.path));
  }
  return sum([...first].map(content));
}

/** The files of a page: those that its HTML names, those without a first password, and all of them. */
function angular(page) {
  const folder = join(WEB, 'dist/measure', page, 'browser');
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
  const names = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name));
  const html = readFileSync(join(folder, 'index.html'), 'utf8');
  const read = (name) => readFileSync(join(folder, name));
  const isOfPassword = (name) => read(name).includes('si-new-password-form');
  return {
    first: sum(names.filter((name) => html.includes(`"${name}"`)).map(read)),
    code: sum(names.filter((name) => !isOfPassword(name)).map(read)),
    all: sum(names.map(read)),
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
