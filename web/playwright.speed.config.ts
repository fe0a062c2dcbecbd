import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Times, which other work on the machine spoils: `cargo xtask test speed`. */
export default defineConfig({
  ...base,
  testIgnore: [],
  testMatch: 'speed.spec.ts',
  workers: 1,
});
