import { ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = '/usr/share/simplesamlphp/www';

/** What a service provider is to SimpleSAMLphp beside its name and its address: options of its saml20-sp-remote. */
export type Options = Readonly<Record<string, string | boolean>>;

/** SimpleSAMLphp, as Debian has it, as an identity provider with two people, under PHP's own web server. */
export class SimpleSamlPhp {
  private constructor(
    readonly origin: string,
    private readonly home: string,
    private readonly process: ChildProcess,
  ) {}

  /** On `localhost`: another site than 127.0.0.1, where the pool is. */
  static async start(port: number): Promise<SimpleSamlPhp> {
    const home = mkdtempSync(join(tmpdir(), 'poolhouse-saml-'));
    const origin = `http://localhost:${port}`;
    for (const folder of ['metadata', 'certificates', 'log', 'data', 'temporary', 'sessions']) {
      mkdirSync(join(home, folder));
    }
    const [key, certificate] = ['idp.pem', 'idp.crt'].map((name) =>
      join(home, 'certificates', name),
    );
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj'];
    execFileSync(
      'openssl',
      [...request, '/CN=idp', '-keyout', `${key}`, '-out', `${certificate}`],
      {
        stdio: 'ignore',
      },
    );
    writeFileSync(join(home, 'config.php'), settings(origin, home));
    writeFileSync(join(home, 'authsources.php'), PEOPLE);
    writeFileSync(join(home, 'metadata/saml20-idp-hosted.php'), hosted(origin));
    writeFileSync(join(home, 'metadata/saml20-sp-remote.php'), '<?php\n');
    const process = spawn(
      'php',
      [
        '-d',
        `session.save_path=${join(home, 'sessions')}`,
        // Compiled files are kept for two seconds without a look: a service provider of this second would be unknown.
        '-d',
        'opcache.enable=0',
        '-S',
        `localhost:${port}`,
        '-t',
        PROGRAM,
      ],
      { env: { PATH: '/usr/bin:/bin', SIMPLESAMLPHP_CONFIG_DIR: home }, stdio: 'ignore' },
    );
    const provider = new SimpleSamlPhp(origin, home, process);
    await provider.metadata();
    return provider;
  }

  get metadataUrl(): string {
    return `${this.origin}/saml2/idp/metadata.php`;
  }

  /** What it says of itself; waits until it does. */
  async metadata(): Promise<string> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const answer = await fetch(this.metadataUrl).catch(() => undefined);
      if (answer?.ok) return answer.text();
      if (Date.now() > deadline) {
        throw new Error(`SimpleSAMLphp does not start: ${await answer?.text()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Knows a service provider from now on. */
  trust(entityId: string, acs: string, slo: string, options: Options = {}): void {
    const all = {
      AssertionConsumerService: acs,
      NameIDFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      'simplesaml.nameidattribute': 'uid',
      ...options,
    };
    const file = join(this.home, 'metadata/saml20-sp-remote.php');
    const known = readFileSync(file, 'utf8');
    const out = entries({
      Binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
      Location: slo,
    });
    writeFileSync(
      file,
      `${known}$metadata[${php(entityId)}] = [${entries(all)}, 'SingleLogoutService' => [[${out}]]];\n`,
    );
  }

  stop(): void {
    this.process.kill();
    rmSync(this.home, { recursive: true, force: true });
  }
}

function php(value: string | boolean): string {
  return typeof value === 'boolean' ? String(value) : `'${value.replace(/[\\']/g, '\\$&')}'`;
}

function entries(options: Options): string {
  return Object.entries(options)
    .map(([name, value]) => `${php(name)} => ${php(value)}`)
    .join(', ');
}

function settings(origin: string, home: string): string {
  return `<?php
$config = [
  'baseurlpath' => '${origin}/',
  'certdir' => '${home}/certificates/',
  'loggingdir' => '${home}/log/',
  'datadir' => '${home}/data/',
  'tempdir' => '${home}/temporary',
  'metadatadir' => '${home}/metadata/',
  'attributenamemapdir' => '/etc/simplesamlphp/attributemap/',
  'technicalcontact_name' => 'Tests',
  'technicalcontact_email' => 'na@example.org',
  'timezone' => 'UTC',
  'secretsalt' => 'only-for-tests',
  'auth.adminpassword' => 'only-for-tests',
  'admin.checkforupdates' => false,
  'showerrors' => true,
  'errorreporting' => false,
  'logging.level' => 7,
  'logging.handler' => 'file',
  'enable.saml20-idp' => true,
  'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
  'session.cookie.secure' => false,
  'session.cookie.samesite' => null,
  'language.cookie.secure' => false,
  'language.cookie.samesite' => null,
  'language.default' => 'en',
  'language.available' => ['en'],
  'theme.use' => 'default',
  'production' => true,
  'store.type' => 'phpsession',
  'metadata.sources' => [['type' => 'flatfile']],
  'trusted.url.domains' => [],
];
`;
}

const PEOPLE = `<?php
$config = [
  'admin' => ['core:AdminPassword'],
  'people' => [
    'exampleauth:UserPass',
    'alice:wonderland' => ['uid' => ['alice'], 'mail' => ['alice@example.com'], 'groups' => ['staff', 'a, b']],
    'bob:builder' => ['uid' => ['bob'], 'mail' => ['bob@example.com'], 'groups' => ['staff']],
  ],
];
`;

function hosted(origin: string): string {
  return `<?php
$metadata['${origin}/metadata'] = [
  'host' => '__DEFAULT__',
  'privatekey' => 'idp.pem',
  'certificate' => 'idp.crt',
  'auth' => 'people',
  'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
];
`;
}
