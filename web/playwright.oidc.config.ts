import { defineConfig } from '@playwright/test';
import { join } from 'node:path';
import base from './playwright.config';
import { makeCertificate } from './oidc/support/certificate';

// Made once, by the process that starts the others: Node.js reads whom it trusts when it starts.
if (!process.env['OIDC_CERTIFICATE']) {
  const folder = makeCertificate(process.env['NODE_EXTRA_CA_CERTS']);
  process.env['OIDC_CERTIFICATE'] = folder;
  process.env['NODE_EXTRA_CA_CERTS'] = join(folder, 'trusted.pem');
}

/** Clients of OpenID Connect that nobody here wrote, with servers and proxies of their own: `cargo xtask test oidc`. */
export default defineConfig({
  ...base,
  testDir: './oidc',
  globalTeardown: './oidc/support/certificate.ts',
  use: { ...base.use, ignoreHTTPSErrors: true },
});
