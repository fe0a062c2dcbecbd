import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Sign-ins by a SAML identity provider that nobody here wrote. It is a package of the operating system, so it is run by name only. */
export default defineConfig({
  ...base,
  testDir: './saml',
  workers: 1,
});
