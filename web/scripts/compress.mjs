import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TEXT = /\.(css|html|js|json|svg|txt)$/;

/** What Brotli may take a text for. Which of them makes it smallest is not to be told beforehand. */
const MODES = [
  constants.BROTLI_MODE_GENERIC,
  constants.BROTLI_MODE_TEXT,
  constants.BROTLI_MODE_FONT,
];

/** Puts `x.br` and `x.gz` beside each text file `x`, as small as the formats allow. */
export function compressFolder(folder) {
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = join(folder, name);
    if (!TEXT.test(name) || !statSync(file).isFile()) continue;
    const content = readFileSync(file);
    writeFileSync(`${file}.br`, smallestBrotli(content));
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  }
}

function smallestBrotli(content) {
  const tries = MODES.map((mode) =>
    brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_MODE]: mode } }),
  );
  return tries.reduce((best, each) => (each.length < best.length ? each : best));
}

/** Bytes of the Brotli file beside `file`. */
export function transferSize(file) {
  return statSync(`${file}.br`).size;
}
