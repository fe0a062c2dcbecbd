/**
 * Looks at the built packages as those who install them do: publint (manifests, files) and
 * are-the-types-wrong (types of every entry, by every way to resolve them), and Node.js.
 *
 *     node scripts/check-packages.mjs
 *
 * Ends with `N passed, N failed`: one for each package and tool, one for each import, one for what each package that stands on
 * another imports of it: here every file of it can be found, elsewhere only what its manifest names.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = dirname(dirname(fileURLToPath(import.meta.url)));

/** Style sheets and ready-made scripts have no types. */
const WITHOUT_TYPES = {
  auth: [],
  angular: [
    './styles/sign-in.css',
    './styles/account.css',
    './styles/otp-input.css',
    './package.json',
  ],
  elements: ['./min/*', './package.json'],
};

let passed = 0;
let failed = 0;
for (const [name, entries] of Object.entries(WITHOUT_TYPES)) {
  const folder = join(WEB, 'dist', name);
  check(`publint ${name}`, 'publint/src/cli.js', folder, '--strict');
  // The packages are ES modules only, which Node.js 20.19 and later also hand to `require`.
  const excluded = entries.length ? ['--exclude-entrypoints', ...entries] : [];
  const profile = ['--profile', 'esm-only', '--pack'];
  // Angular's entries import each other by the package's name. That fails by the oldest way to resolve
  // alone, which the profile ignores and this rule does not; clean apps check the types by the others.
  if (name === 'angular') profile.push('--ignore-rules', 'internal-resolution-error');
  check(`attw ${name}`, '@arethetypeswrong/cli/dist/index.js', folder, ...profile, ...excluded);
}
// A server that renders imports all of it, and has neither a document nor elements.
for (const file of [
  'auth/index.js',
  'auth/session.js',
  'auth/texts.js',
  'auth/account.js',
  'auth/account/languages/index.js',
  'auth/languages/index.js',
  'auth/otp-field.js',
  'auth/react.js',
  'auth/identity-js.js',
  'elements/min/sign-in.js',
  'elements/min/otp-input.js',
]) {
  try {
    await import(join(WEB, 'dist', file));
    passed += 1;
    console.log(`ok import ${file}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok import ${file}\n${error.stack}`);
  }
}
for (const name of ['angular', 'elements']) {
  const missing = [...importsOfAuth(name)].filter((entry) => !isExported(entry));
  const what = `imports of ${name}: each is an entry of @poolhouse/auth`;
  if (missing.length) {
    failed += 1;
    console.log(`not ok ${what}\n${missing.join('\n')}`);
  } else {
    passed += 1;
    console.log(`ok ${what}`);
  }
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

/** Entries of `@poolhouse/auth` that the built files of a package name, types included: `./session`. */
function importsOfAuth(name) {
  const folder = join(WEB, 'dist', name);
  const files = readdirSync(folder, { recursive: true }).filter((file) =>
    /\.(m?js|d\.ts)$/.test(file),
  );
  const named = files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return [...text.matchAll(/["']@poolhouse\/auth\/([\w/-]+)["']/g)].map(
      ([, entry]) => `./${entry}`,
    );
  });
  return new Set(named);
}

function isExported(entry) {
  const { exports } = JSON.parse(readFileSync(join(WEB, 'packages/auth/package.json'), 'utf8'));
  return entry in exports || `${dirname(entry)}/*` in exports;
}

function check(what, program, ...args) {
  try {
    execFileSync(process.execPath, [join(WEB, 'node_modules', program), ...args], {
      stdio: 'pipe',
    });
    passed += 1;
    console.log(`ok ${what}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok ${what}\n${error.stdout}\n${error.stderr}`);
  }
}
