import { Page } from '@playwright/test';
import { expect, expectAccessible, test } from './support/fixtures';

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('the pages around the forms pass axe', async ({ page, person, server, signIn }) => {
      await page.route('**/config.json', (route) => route.fulfill({ status: 404 }), { times: 1 });
      await page.goto(server.url);
      await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible();
      await expectAccessible(page, 'unavailable');
      await signIn.reachCode();
      await page.keyboard.type(await signIn.mailedCode());
      await expect(page.getByText(`signed in as ${person.email}`)).toBeVisible();
      await expectAccessible(page, 'account');
    });

    test('what is not text stands out three to one', async ({ page, signIn }) => {
      await signIn.open();
      await expect(signIn.email).toBeFocused();
      const ratio = (front: string, back: string) =>
        page.evaluate(
          ([one, other]) => {
            const luminance = (token: string) => {
              const probe = document.body.appendChild(document.createElement('i'));
              probe.style.color = `var(${token})`;
              const parts = getComputedStyle(probe).color.match(/[\d.]+/g) ?? [];
              probe.remove();
              const [r, g, b] = parts.map((part) => {
                const value = Number(part) / 255;
                return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
              });
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
            return (light + 0.05) / (dark + 0.05);
          },
          [front, back],
        );
      for (const token of ['--si-border', '--si-primary', '--si-error', '--si-warning']) {
        expect(await ratio(token, '--si-card'), token).toBeGreaterThanOrEqual(3);
      }
    });

    test('the inbox passes axe', async ({ page, signIn, server }) => {
      await signIn.reachCode();
      await signIn.mailedCode();
      await page.goto(`${server.url}/inbox`);
      await expect(page.getByRole('article')).toBeVisible();
      await expectAccessible(page, 'mail');
      await page.getByRole('button', { name: 'Text', exact: true }).click();
      await expectAccessible(page, 'text');
      await page.route('**/inbox/api/messages', (route) => route.fulfill({ json: [] }));
      await page.reload();
      await expect(page.getByText('No mail yet')).toBeVisible();
      await expectAccessible(page, 'empty');
    });
  });
}

async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

test('at 320 px, and with text twice as large, no page around the forms scrolls sideways', async ({
  page,
  signIn,
  server,
}) => {
  await page.setViewportSize({ width: 320, height: 640 });
  const everySize = async (state: string) => {
    for (const size of ['100%', '200%']) {
      await page.evaluate((value) => (document.documentElement.style.fontSize = value), size);
      expect(await sidewaysOverflow(page), `${state}, text at ${size}`).toBe(0);
    }
  };
  await signIn.reachCode();
  await signIn.code.fill(await signIn.mailedCode());
  await page.getByRole('heading', { name: 'Welcome' }).waitFor();
  await everySize('signed in');
  await page.goto(`${server.url}/inbox`);
  await expect(page.getByRole('article')).toBeVisible();
  await everySize('inbox');
});

test('a right-to-left page is one throughout', async ({ page, signIn }) => {
  await signIn.open('?lang=ar');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page).toHaveTitle('تسجيل الدخول – Poolhouse');
  const reveal = page.getByRole('button', { name: 'إظهار كلمة المرور' });
  const password = page.getByLabel('كلمة المرور', { exact: true });
  const [button, field] = [await reveal.boundingBox(), await password.boundingBox()];
  expect(button?.x).toBeLessThan((field?.x ?? 0) + 10);
});

test('digits stand in the middle of their slots, at every width and text size', async ({
  page,
  signIn,
}) => {
  await signIn.reachCode();
  await page.keyboard.type('12345');
  for (const [width, size] of [
    [1280, '100%'],
    [320, '100%'],
    [320, '200%'],
  ] as const) {
    await page.setViewportSize({ width, height: 720 });
    await page.evaluate((value) => (document.documentElement.style.fontSize = value), size);
    const [pitch, advance] = await page.evaluate(() => {
      const [first, second] = document.querySelectorAll('.si-otp__slot');
      const field = document.querySelector('.si-otp__input') as HTMLInputElement;
      const style = getComputedStyle(field);
      const context = document.createElement('canvas').getContext('2d');
      if (!context) throw new Error('No canvas.');
      context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      const digit = context.measureText('0').width + Number.parseFloat(style.letterSpacing);
      return [second.getBoundingClientRect().x - first.getBoundingClientRect().x, digit];
    });
    expect(Math.abs(pitch - advance), `${width} px at ${size}`).toBeLessThan(0.5);
  }
});

test('in forced colours the slots and the caret’s slot can be told apart', async ({
  page,
  signIn,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await signIn.reachCode();
  const [first, second] = await page
    .locator('.si-otp__slot')
    .evaluateAll((slots) => slots.map((slot) => getComputedStyle(slot).outlineStyle));
  expect([first, second]).toEqual(['solid', 'none']);
  await expect(page.getByRole('button', { name: 'Verify' })).toHaveCSS('border-style', 'solid');
});

test('reduced motion stops the slots’ transition', async ({ page, signIn }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await signIn.reachCode();
  await expect(page.locator('.si-otp__slot').first()).toHaveCSS('transition-property', 'none');
});
