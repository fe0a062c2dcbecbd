import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** A newcomer's first minutes: a code has to expire meanwhile, so it is run by name only. */
export default defineConfig({
  ...base,
  testDir: './newcomer',
  workers: 1,
  timeout: 600_000,
  use: { ...base.use, viewport: { width: 760, height: 640 } },
});
