import type { CodeAlphabet } from './code-challenge.js';

/**
 * The code inside whatever was typed, pasted or filled in: `123 456`, `123-456`, `１２３４５６`,
 * `Your code is 123456.` At most `length` characters; fewer when there are not that many.
 */
export function normaliseCode(raw: string, length: number, alphabet: CodeAlphabet): string {
  const text = westernDigits(raw.normalize('NFKC')).toUpperCase();
  const symbol = symbolOf(alphabet);
  const all = text.match(new RegExp(symbol, 'g'))?.join('') ?? '';
  if (all.length <= length) return all;
  return standaloneCode(text, length, symbol) ?? all.slice(0, length);
}

/** How many symbols of a code are in `raw`. */
export function symbolsIn(raw: string, alphabet: CodeAlphabet): number {
  return normaliseCode(raw, raw.length, alphabet).length;
}

function symbolOf(alphabet: CodeAlphabet): string {
  return alphabet === 'digits' ? '[0-9]' : '[0-9A-Z]';
}

/** The one group of exactly `length` symbols, or of two parts that add up to it. */
function standaloneCode(text: string, length: number, symbol: string): string | null {
  const half = Math.floor(length / 2);
  const shapes = [
    `${symbol}{${length}}`,
    `${symbol}{${half}}[ \\u00A0\\-\\u2010-\\u2013]${symbol}{${length - half}}`,
  ];
  for (const shape of shapes) {
    const groups = text.match(new RegExp(`(?<![\\p{L}\\p{N}])${shape}(?![\\p{L}\\p{N}])`, 'gu'));
    if (groups?.length === 1) return groups[0].replace(/[^0-9A-Z]/g, '');
  }
  return null;
}

/** Any script's decimal digits as 0–9. The ten digits of a script stand in a row, zero first. */
function westernDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const point = digit.codePointAt(0) ?? 0;
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(point - value - 1))) value++;
    return String(value);
  });
}
