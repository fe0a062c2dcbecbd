/** Pages that were not made for the forms: rules on every input, other colour schemes, older browsers. */
import { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';
import { test as hostedTest } from './support/hosted-page';
import { AGAIN } from './support/network';

const HOSTILE = `
  * { letter-spacing: 0.1em; }
  input, input[type='text'], input[type='email'], input[type='password'] {
    width: 50%; max-width: 200px; min-height: 20px; height: 30px; margin: 12px; padding: 3px 20px;
    border: 3px dashed red; border-radius: 0; background: yellow; color: white; opacity: 0.4;
    font: italic 11px/1 serif; letter-spacing: 4px; word-spacing: 9px; text-align: right;
    text-indent: 9px; text-transform: uppercase; box-shadow: 0 0 9px red; transform: scale(0.9);
  }
  button, button[type='submit'] { text-transform: uppercase; }
  form { background: none; }
  label { display: inline; }`;

/** How far each digit's pitch is from its slot's. */
async function misalignment(page: Page): Promise<number> {
  return page.locator('.si-otp__input').evaluate((field: HTMLInputElement) => {
    const slots = (field.getRootNode() as Document).querySelectorAll('.si-otp__slot');
    const [first, second] = [...slots].map((slot) => slot.getBoundingClientRect().x);
    const style = getComputedStyle(field);
    const context = document.createElement('canvas').getContext('2d');
    if (!context) throw new Error('No canvas.');
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const digit = context.measureText('0').width + Number.parseFloat(style.letterSpacing);
    return Math.abs((second ?? 0) - (first ?? 0) - digit);
  });
}

/** Puts a rule at the end of the page's own style sheet. */
async function withStyles(page: Page, change: (css: string) => string): Promise<void> {
  await page.route('**/styles-*.css', async (route) => {
    const answer = await route.fetch(AGAIN);
    await route.fulfill({ response: answer, body: change(await answer.text()) });
  });
}

test('rules on every input leave digits in their slots and texts readable', async ({
  page,
  signIn,
}) => {
  await withStyles(page, (css) => `${HOSTILE}\n${css}\n${HOSTILE}`);
  await signIn.open();
  await expect(signIn.email).toHaveCSS('text-transform', 'none');
  await expect(signIn.email).toHaveCSS('opacity', '1');
  await expectAccessible(page, 'login');
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('12345');
  expect(await misalignment(page)).toBeLessThan(0.5);
  await expectAccessible(page, 'code');
  await signIn.code.fill(await signIn.mailedCode());
  await signIn.expectSignedIn();
});

test('a light-only app stays light on a dark system', async ({ page, signIn }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await withStyles(page, (css) => `${css} html { color-scheme: light; background: white; }`);
  await signIn.open();
  await expect(page.locator('.si-card')).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(signIn.email).toHaveCSS('color', 'rgb(20, 40, 44)');
});

test('a browser without light-dark(), AbortSignal.any and Web Locks signs in', async ({
  page,
  signIn,
}) => {
  await page.addInitScript(() => {
    delete (AbortSignal as { any?: unknown }).any;
    delete (AbortSignal as { timeout?: unknown }).timeout;
    Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
  });
  await withStyles(page, (css) =>
    css
      .replaceAll('light-dark(', 'unknown-function(')
      .replaceAll('overflow:clip', 'overflow:unknown'),
  );
  await signIn.open();
  await expectAccessible(page, 'login');
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('123');
  expect(await misalignment(page)).toBeLessThan(0.5);
  await expectAccessible(page, 'code');
  await signIn.code.fill(await signIn.mailedCode());
  await page.getByRole('button', { name: 'Renew this session' }).click();
  await expect(page.getByText('Your session has been renewed.')).toBeVisible();
});

hostedTest('the element is light in a browser without light-dark()', async ({ page, hosted }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.addInitScript(() => {
    const { supports } = CSS;
    CSS.supports = (...asked: [string]) =>
      !asked.join().includes('light-dark') && supports.apply(CSS, asked);
  });
  await hosted({
    html: `<h1>App</h1><ph-sign-in heading-level="2" endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT"></ph-sign-in>`,
    script: `import '@poolhouse/elements/sign-in';`,
    css: ':root { color-scheme: dark; }',
  });
  const card = page.locator('ph-sign-in .si-card');
  await expect(card).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(card).toHaveCSS('color', 'rgb(20, 40, 44)');
});

hostedTest('the element keeps its look under rules on every input', async ({ page, hosted }) => {
  const signIn = await hosted({
    html: `<h1>App</h1><ph-sign-in heading-level="2" endpoint="ENDPOINT" user-pool-id="POOL" client-id="CLIENT"></ph-sign-in>`,
    script: `import '@poolhouse/elements/sign-in';`,
    css: HOSTILE,
  });
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  await page.keyboard.type('12345');
  expect(await misalignment(page)).toBeLessThan(0.5);
  await expectAccessible(page, 'code');
  await signIn.code.fill(await signIn.mailedCode());
  await expect(page.getByRole('heading', { name: 'You’re signed in' })).toBeVisible();
});
