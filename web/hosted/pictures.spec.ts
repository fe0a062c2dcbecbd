/**
 * The pages in pictures, at three widths and in both colour schemes. `cargo xtask test hosted-pictures` keeps them in
 * docs/images/hosted, where the guide shows them; otherwise they are only taken.
 */
import { Page } from '@playwright/test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/fixtures';
import { Visitor } from './support/visitor';

const KEPT = fileURLToPath(new URL('../../docs/images/hosted/', import.meta.url));
const WIDTHS = [320, 768, 1400];

/** Up to each page. */
const WAYS: Readonly<Record<string, (visitor: Visitor) => Promise<void>>> = {
  async 'sign-in'(visitor) {
    await visitor.come(await visitor.house.code());
    await visitor.field('Email or username').fill('ana@example.com');
  },
  async code(visitor) {
    const place = await visitor.house.code();
    const person = await visitor.person(place, { email: 'ana@example.com' });
    await visitor.come(place);
    await visitor.signIn(person);
    await visitor.page.locator('#code').pressSequentially('1234');
  },
  async 'wrong-code'(visitor) {
    const place = await visitor.house.code();
    const person = await visitor.person(place, { email: 'bea@example.com' });
    await visitor.come(place);
    await visitor.signIn(person);
    await visitor.code('000000');
  },
  async ways(visitor) {
    const place = await visitor.house.choice();
    await visitor.person(place, { email: 'ana@example.com', phone: '+15555550123' });
    await visitor.come(place);
    await visitor.type({ 'Email or username': 'ana@example.com' });
    await visitor.press('Continue');
  },
  async app(visitor) {
    const place = await visitor.house.apps();
    const person = await visitor.person(place, { email: 'ana@example.com' });
    await visitor.come(place);
    await visitor.signIn(person);
  },
  async 'sign-up'(visitor) {
    await visitor.come(await visitor.house.people());
    await visitor.press('Create an account');
    await visitor.type({ 'Email or username': 'ana@example.com', Name: 'Ana Silva' });
  },
  async consent(visitor) {
    const place = await visitor.house.strangers();
    const person = await visitor.person(place, { email: 'ana@example.com' });
    await visitor.come(place);
    await visitor.signIn(person);
  },
  async style(visitor) {
    await visitor.come(await visitor.house.styled());
    await visitor.field('Email or username').fill('ana@example.com');
  },
};

for (const [name, reach] of Object.entries(WAYS)) {
  test(`pictures: ${name}`, async ({ page, visitor }, testInfo) => {
    const folder = process.env['PICTURES'] ? KEPT : testInfo.outputPath('');
    mkdirSync(folder, { recursive: true });
    // A countdown says the same in every run.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1000);
    await reach(visitor);
    await expect(page.locator('main')).toBeVisible();
    for (const width of WIDTHS) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        writeFileSync(`${folder}/${name}-${width}-${colorScheme}.webp`, await picture(page, width));
      }
    }
  });
}

/** All of the page at this width, small enough to lie beside the text. */
async function picture(page: Page, width: number): Promise<Buffer> {
  await page.setViewportSize({ width, height: 640 });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height });
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await cdp.detach();
  return Buffer.from(data, 'base64');
}
