import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './e2e',
  // A measurement, which wants the machine for itself: cargo xtask test speed.
  testIgnore: 'speed.spec.ts',
  outputDir: './test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  // One more than the cores of a small machine: a test or two only waits.
  workers: 3,
  // A slow machine that others use passes too; how fast things are is for `cargo xtask test speed` to say.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list'], ['./e2e/support/closing-line-reporter.ts']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      // The sandbox needs rights that build machines and containers rarely give.
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    },
  },
});
