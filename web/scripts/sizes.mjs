/**
 * What a page loads for this sign-in: our packages, and the clients of others that do the same, bundled
 * in one run. Fails where one of ours is over its budget.
 *
 *     node scripts/sizes.mjs            prints the table
 *     node scripts/sizes.mjs --write    and writes it into docs/reference/front-end-sizes.md
 *     node scripts/sizes.mjs --ours     our packages alone, against their budgets
 */
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

/** What is bundled, and for ours, how many bytes of Brotli it may come to. */
const OURS = [
  ['`@poolhouse/auth`: client, flow, errors', "export * from '@poolhouse/auth'", 6_000],
  ['`@poolhouse/auth/session`', "export * from '@poolhouse/auth/session'", 1_600],
  ['`@poolhouse/auth/identity-js`', "export * from '@poolhouse/auth/identity-js'", 5_500],
  ['`@poolhouse/auth/react`, without React', "export * from '@poolhouse/auth/react'", 200],
  ['`<ph-sign-in>`, all of it', "import '@poolhouse/elements/sign-in'", 16_000],
  ['`<ph-otp-input>`', "import '@poolhouse/elements/otp-input'", 5_000],
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

const oursOnly = process.argv.includes('--ours');
const rows = [];
let over = 0;
for (const [name, code, budget] of OURS) {
  const sizes = await measure(code, WEB);
  if (sizes.brotli > budget) over += 1;
  rows.push({ name, ...sizes, budget });
}
for (const [name, code] of oursOnly ? [] : PEERS)
  rows.push({ name, ...(await measure(code, OTHERS)) });

const core = rows[0].brotli;
const table = [
  '| | minified | gzip | Brotli | budget | × the core |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    ({ name, minified, gzip, brotli, budget }) =>
      `| ${[name, kilobytes(minified), kilobytes(gzip), kilobytes(brotli), budget ? kilobytes(budget) : '', (brotli / core).toFixed(1)].join(' | ')} |`,
  ),
].join('\n');
console.log(table);
if (process.argv.includes('--write')) {
  const text = readFileSync(TABLE, 'utf8');
  writeFileSync(TABLE, text.replace(MARK, `$1\n${table}\n\n$2`));
}
console.log(`\n${OURS.length - over} passed, ${over} failed`);
process.exitCode = over ? 1 : 0;

async function measure(contents, resolveDir) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: ['react'],
    define: { global: 'globalThis' },
    alias: {
      '@poolhouse/auth': join(WEB, 'dist/auth'),
      '@poolhouse/elements': join(WEB, 'dist/elements'),
    },
    write: false,
  });
  const code = outputFiles[0].contents;
  return {
    minified: code.length,
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code).length,
  };
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
