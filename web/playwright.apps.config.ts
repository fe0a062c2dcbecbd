import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Clean apps that install the packed packages: minutes each, so they are run by name only. */
export default defineConfig({
  ...base,
  testDir: './apps',
  // Each test installs and builds: two at a time would take as long.
  workers: 1,
  timeout: 900_000,
});
