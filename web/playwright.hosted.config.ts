import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Every page of hosted login, in every state that a person can see it in: `cargo xtask test hosted`. */
export default defineConfig({
  ...base,
  testDir: './hosted',
  // A browser for each core: what these tests wait for is the browser.
  workers: 2,
  use: { ...base.use, viewport: { width: 1024, height: 768 } },
});
