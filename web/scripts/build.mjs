/**
 * Brings the pages and packages from whatever state the folder is in to files that a server can hand
 * out and a registry can take: installs, builds the packages and the demo, compresses, checks sizes.
 * What is up to date already is left alone, so a second run takes a moment.
 *
 *     node scripts/build.mjs
 *
 * The page is in dist/demo/browser, each text with a .br and a .gz beside it; the packages are in
 * dist/auth, dist/angular and dist/elements.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compressFolder, transferSize } from './compress.mjs';
import { fingerprint } from './fingerprint.mjs';

const WEB = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = join(WEB, 'dist/demo/browser');

/** Bytes, Brotli: everything the browser must have before a person can type. */
const BUDGET = 60_000;

function main() {
  const started = Date.now();
  install();
  if (build()) {
    // Whoever is handed the scripts is handed the licences of what of others is in them.
    copyFileSync(join(WEB, 'dist/demo/3rdpartylicenses.txt'), join(PAGES, 'third-party.txt'));
    say('compressing');
    compressFolder(PAGES);
    checkBudget();
    run(process.execPath, ['scripts/sizes.mjs', '--quick']);
    writeFileSync(join(WEB, 'dist/.built'), sources());
  }
  say(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s: dist/demo/browser`);
}

function install() {
  // npm empties the folder before it installs, and a link leads it into somebody else's.
  const modules = lstatSync(join(WEB, 'node_modules'), { throwIfNoEntry: false });
  if (modules?.isSymbolicLink())
    throw new Error(
      'web/node_modules is a link, which would be emptied. Remove it, then try again.',
    );
  const wanted = fingerprint(WEB, ['package-lock.json']) + process.version;
  const stamp = join(WEB, 'node_modules/.installed');
  if (read(stamp) === wanted) return;
  say('installing packages (a minute or two the first time)');
  run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund']);
  writeFileSync(stamp, wanted);
}

/** False when the pages are those of the sources already. */
function build() {
  if (read(join(WEB, 'dist/.built')) === sources()) return false;
  mkdirSync(join(WEB, 'dist'), { recursive: true });
  for (const name of ['auth', 'elements', 'angular']) {
    say(`building @poolhouse/${name}`);
    run(process.execPath, ['scripts/package.mjs', name]);
  }
  say('building the demo');
  run(process.execPath, ['node_modules/@angular/cli/bin/ng.js', 'build', 'demo']);
  return true;
}

function sources() {
  const paths = [
    'angular.json',
    'package-lock.json',
    'packages',
    'projects',
    'scripts',
    'tsconfig.json',
  ];
  return fingerprint(WEB, paths);
}

function checkBudget() {
  const html = read(join(PAGES, 'index.html'));
  const files = [...html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
  const size = ['index.html', ...files].reduce(
    (sum, file) => sum + transferSize(join(PAGES, file)),
    0,
  );
  say(`the sign-in page takes ${(size / 1000).toFixed(1)} kB of ${BUDGET / 1000} kB, Brotli`);
  if (size > BUDGET) throw new Error('The sign-in page is over its budget.');
}

function run(command, args) {
  const env = { ...process.env, NG_CLI_ANALYTICS: 'false', PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' };
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: WEB,
    env,
    encoding: 'utf8',
  });
  if (status === 0) return;
  console.error(stdout ?? '', stderr ?? '');
  throw new Error(`${command} ${args.join(' ')} failed`, { cause: error });
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function say(text) {
  console.log(`web: ${text}`);
}

try {
  main();
} catch (error) {
  say(error.message);
  if (error.cause) say(error.cause.message);
  process.exitCode = 1;
}
