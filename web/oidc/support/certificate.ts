import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A certificate for this machine under every name that the tests use, which is its own authority. The folder has it, its
 * key, and `trusted.pem`: the certificate and whoever is trusted besides.
 */
export function makeCertificate(trusted?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'poolhouse-certificate-'));
  const names = 'subjectAltName=DNS:localhost,DNS:*.auth.localhost,IP:127.0.0.1';
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', '2', '-subj', '/CN=localhost', '-addext', names],
      ...['-keyout', join(folder, 'privkey.pem'), '-out', join(folder, 'fullchain.pem')],
    ],
    { stdio: 'pipe' },
  );
  const all = [join(folder, 'fullchain.pem'), ...(trusted ? [trusted] : [])];
  writeFileSync(join(folder, 'trusted.pem'), all.map((file) => readFileSync(file)).join('\n'));
  return folder;
}

/** The folder of the certificate of this run. */
export function certificate(): string {
  const folder = process.env['OIDC_CERTIFICATE'];
  if (!folder) throw new Error('run these tests with playwright.oidc.config.ts');
  return folder;
}

/** What Playwright does once all tests are over. */
export default function removeCertificate(): void {
  rmSync(certificate(), { recursive: true, force: true });
}
