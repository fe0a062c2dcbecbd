import { Page } from '@playwright/test';
import { expect, expectAccessible, test as base } from '../../e2e/support/fixtures';
import { startApp } from './app';
import { House } from './house';
import { Visitor } from './visitor';

interface Tests {
  visitor: Visitor;
}

interface Workers {
  house: House;
}

/** With pools that a worker's tests share, and somebody who looks at every page that is seen. */
export const test = base.extend<Tests, Workers>({
  house: [
    async ({ server }, use) => {
      const app = await startApp();
      await use(new House(server, app));
      await app.close();
    },
    { scope: 'worker' },
  ],
  // What the forms of apps sign in to is no matter here.
  context: async ({ context, complaints }, use) => {
    context.on('weberror', (error) => complaints.push(String(error.error())));
    context.on('console', (message) => {
      const ignored = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !ignored)
        complaints.push(message.text());
    });
    await use(context);
  },
  visitor: async ({ page, house, javaScriptEnabled }, use) => {
    const inspect = javaScriptEnabled ? expectGood : expectNamed;
    await use(new Visitor(page, house, javaScriptEnabled, inspect));
  },
});

export { expect };

/** axe finds nothing in either colour scheme, and a narrow window cuts nothing off. */
export async function expectGood(page: Page, state: string): Promise<void> {
  await expectNamed(page, state);
  await expectAccessible(page, state);
  await page.emulateMedia({ colorScheme: 'dark' });
  await expectAccessible(page, `${state}, dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await expectWhole(page, state);
}

/** A page says what it is to whoever lists windows, and to whoever jumps from heading to heading. */
async function expectNamed(page: Page, state: string): Promise<void> {
  const heading = page.getByRole('heading', { level: 1 });
  await expect(heading, state).toHaveCount(1);
  expect(await page.title(), state).toContain(await heading.innerText());
}

/**
 * A window of 320 px, which is also what is left of one of 1280 by 1024 at 400 %: nothing scrolls sideways, and nothing is cut
 * off at either side.
 */
export async function expectWhole(page: Page, state: string): Promise<void> {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 256 });
  const cut = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const shown = [...document.querySelectorAll('main *')].filter(
      (element) => element.checkVisibility() && !element.classList.contains('si-visually-hidden'),
    );
    const outside = shown.filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      const clips = getComputedStyle(element).overflowX !== 'visible';
      // What is typed into a field may be longer than the field.
      const cuts =
        clips && element.tagName !== 'INPUT' && element.scrollWidth > element.clientWidth + 1;
      return left < -0.5 || right > clientWidth + 0.5 || cuts;
    });
    const named = outside.map((element) => `${element.tagName}.${element.getAttribute('class')}`);
    return scrollWidth > clientWidth ? ['the page scrolls sideways', ...named] : named;
  });
  expect.soft(cut, `${state}, 320 px`).toEqual([]);
  if (before) await page.setViewportSize(before);
}
