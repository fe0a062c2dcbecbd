import { cpSync, readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { certificate } from './certificate';
import { Names } from './names';
import { Home, Program } from './program';
import { APACHE, apacheSettings } from './servers';

const FILES = fileURLToPath(new URL('../../../deploy/proxy', import.meta.url));

const NGINX = '/usr/sbin/nginx';
const CADDY = '/usr/bin/caddy';

/** Where a proxy listens, and where the server behind it does. */
export interface Ports {
  readonly proxy: number;
  readonly server: number;
}

/** A proxy of the guide. */
export interface Proxy {
  readonly name: string;
  readonly program: string;
  readonly start: (ports: Ports) => Promise<{ stop(): Promise<void> }>;
}

/** A file of the guide, with the ports and names of a test in place of the guide's; `folder` has the certificate. */
export function proxyFile(name: string, ports: Ports, folder = ''): string {
  const { proxy, server } = ports;
  const pairs: readonly (readonly [string, string])[] = [
    // Each writes names and ports in a way of its own.
    ['id.example.com, acme', `https://localhost:${proxy}, https://acme`],
    ['acme.auth.id.example.com {', `acme.auth.localhost:${proxy} {`],
    ['listen 443', `listen 127.0.0.1:${proxy}`],
    ['<VirtualHost *:443>', `Listen 127.0.0.1:${proxy}\n<VirtualHost 127.0.0.1:${proxy}>`],
    ['https://id.example.com', `https://localhost:${proxy}`],
    // Not of the suffix, which the test asks for as it stands.
    ['name id.example.com acme.auth.id.example.com', 'name localhost acme.auth.localhost'],
    ['ServerName id.example.com', 'ServerName localhost'],
    ['ServerAlias acme.auth.id.example.com', 'ServerAlias acme.auth.localhost'],
    ['127.0.0.1:9229', `127.0.0.1:${server}`],
    ['/etc/ssl/poolhouse', folder],
  ];
  const text = readFileSync(join(FILES, name), 'utf8');
  return pairs.reduce((filled, [guide, test]) => filled.replaceAll(guide, test), text);
}

const nginx: Proxy = {
  name: 'nginx',
  program: NGINX,
  start: (ports) =>
    startProxy(NGINX, 'nginx.conf', ports, (home, site) => {
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
      const temporary = paths.map((name) => `${name}_temp_path ${home.folder}/${name};`);
      const settings = home.write(
        'all.conf',
        `daemon off; pid ${home.folder}/nginx.pid; events {}
         http { access_log off; ${temporary.join(' ')} ${site} }`,
      );
      return { settings, arguments: ['-e', 'stderr', '-c', settings] };
    }),
};

const caddy: Proxy = {
  name: 'Caddy',
  program: CADDY,
  start: (ports) =>
    startProxy(CADDY, 'Caddyfile', ports, (home, site) => {
      // Without what would listen on other ports than the test's.
      const options = '{\n\tadmin off\n\tauto_https disable_redirects\n}\n';
      const settings = home.write('all.conf', options + site);
      return { settings, arguments: ['run', '--config', settings, '--adapter', 'caddyfile'] };
    }),
};

const apache: Proxy = {
  name: 'Apache',
  program: APACHE,
  start: (ports) =>
    startProxy(APACHE, 'apache.conf', ports, (home, site) => {
      const modules = ['proxy', 'proxy_http', 'socache_shmcb', 'ssl'];
      const settings = home.write('all.conf', apacheSettings(home, modules, site));
      return { settings, arguments: ['-D', 'FOREGROUND', '-f', settings] };
    }),
};

export const PROXIES: readonly Proxy[] = [nginx, caddy, apache];

async function startProxy(
  program: string,
  file: string,
  ports: Ports,
  make: (home: Home, site: string) => { settings: string; arguments: string[] },
) {
  const home = new Home();
  const [chain, key] = ['fullchain.pem', 'privkey.pem'].map((name) => {
    const path = join(home.folder, name);
    cpSync(join(certificate(), name), path);
    return path;
  });
  const made = make(home, proxyFile(file, ports, home.folder));
  home.giveAway(chain ?? '', key ?? '', made.settings);
  const running = await Program.start({
    program,
    arguments: made.arguments,
    port: ports.proxy,
    log: join(home.folder, 'error.log'),
    environment: { HOME: home.folder, XDG_DATA_HOME: home.folder, XDG_CONFIG_HOME: home.folder },
    unprivileged: true,
  });
  return {
    async stop() {
      await running.stop();
      home.remove();
    },
  };
}

/** The state in the answer to a request for a code that comes by way of a proxy, from nobody who is signed in. */
export async function stateThrough(url: string, names: Names, state: string): Promise<string> {
  const query = new URLSearchParams({
    client_id: names.clientId,
    redirect_uri: `${names.app}/signed-in`,
    response_type: 'code',
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
    state,
  });
  // By the path and not by the domain's own host, which Node.js does not resolve.
  const asked = `${url}/d/acme/oauth2/authorize?${query}`;
  const answer = await fetch(asked, { redirect: 'manual' });
  const location = answer.headers.get('location') ?? `${names.app}?status=${answer.status}`;
  return new URL(location).searchParams.get('state') ?? location;
}

/** What the server itself answers to whoever asks for the way in at this host: the status. */
export function statusAt(host: string, { server }: Ports): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = '/oauth2/authorize';
    const sent = plain({ host: '127.0.0.1', port: server, path, headers: { host } }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.once('error', reject).end();
  });
}

/** A sign-up by way of a proxy, from another address of this machine, by somebody who lies about it. The status. */
export function signUpFrom(address: string, proxy: number, body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `https://localhost:${proxy}/`,
      {
        method: 'POST',
        localAddress: address,
        family: 4,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'AWSCognitoIdentityProviderService.SignUp',
          'x-forwarded-for': '203.0.113.9',
          'x-forwarded-host': 'evil.example',
        },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
