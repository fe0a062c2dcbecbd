import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the apps of the guides are, and the packages that they are made of. */
export const CLIENTS = fileURLToPath(new URL('../../../tests/oidc', import.meta.url));

/** What an app is told of the pool. */
export interface Names {
  /** Where the app is: an origin. */
  readonly app: string;
  /** Where the server is: an origin. */
  readonly server: string;
  /** Where hosted login is: a URL without a slash at its end. */
  readonly login: string;
  readonly userPoolId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The text of a guide's file, with the names of a test in place of the guide's. */
export function filled(text: string, names: Names): string {
  const withoutScheme = (url: string) => url.replace('https://', '');
  const pairs: readonly (readonly [string, string])[] = [
    ['id.example.com/d/acme', withoutScheme(names.login)],
    ['https://id.example.com', names.server],
    ['https://app.example.com', names.app],
    ['https%3A%2F%2Fapp.example.com', encodeURIComponent(names.app)],
    ['us-east-1_AbCd12345', names.userPoolId],
    ['3n4b5urk1ft4fl3mg5e62d9ado', names.clientId],
    ['the-secret-of-the-app-client', names.clientSecret],
  ];
  return pairs.reduce((filled, [guide, test]) => filled.replaceAll(guide, test), text);
}

/** A file of an app, with the names of a test. */
export function fileOf(app: string, file: string, names: Names): string {
  return filled(readFileSync(join(CLIENTS, 'apps', app, file), 'utf8'), names);
}
