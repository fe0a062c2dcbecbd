/**
 * Every page of hosted login, in every state that a person can see it in: axe finds nothing in either colour scheme, a narrow window
 * cuts nothing off, and without scripts each of them is reached as well.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ACCOUNTS } from './journeys/accounts';
import { CODES } from './journeys/codes';
import { EDGES } from './journeys/edges';
import { FACTORS } from './journeys/factors';
import { Journey } from './journeys/journey';
import { expect, test } from './support/fixtures';
import { all, PAGES } from './support/table';

const JOURNEYS: readonly Journey[] = [...CODES, ...ACCOUNTS, ...FACTORS, ...EDGES];

for (const javaScriptEnabled of [true, false]) {
  const kind = javaScriptEnabled ? 'with' : 'without';
  test.describe(`${kind} scripts`, () => {
    test.use({ javaScriptEnabled });
    for (const journey of JOURNEYS) {
      if ((journey.scripts ?? kind) !== kind) continue;
      test(journey.name, async ({ visitor }) => {
        await journey.walk(visitor);
        expect([...visitor.seen].sort()).toEqual([...journey.shows].sort());
      });
    }
  });
}

test('every template has its states, and every state is seen with a script', () => {
  const folder = new URL('../../crates/hosted/templates/', import.meta.url);
  const pages = readdirSync(folder)
    .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))
    // The others are parts of pages.
    .filter(({ text }) => text.includes('{% extends'))
    .map(({ file, text }) => ({
      file: file.replace('.html', ''),
      named: /block page %}(\w+)\{%/.exec(text)?.[1],
    }));
  expect(pages.filter(({ file, named }) => file !== named)).toEqual([]);
  expect(Object.keys(PAGES).sort()).toEqual(pages.map(({ file }) => file).sort());
  const shown = JOURNEYS.flatMap(({ shows }) => shows);
  expect([...shown].sort()).toEqual([...all()].sort());
});
