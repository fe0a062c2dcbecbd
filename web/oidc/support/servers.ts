import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Running } from './browser-app';
import { certificate } from './certificate';
import { CLIENTS, fileOf, Names } from './names';
import { Home, Program } from './program';

const OBSERVE = pathToFileURL(join(CLIENTS, '../../web/oidc/support/observe.mjs')).href;

/** Apps that are servers. */

/** Auth.js in Express, as the guide has it. */
export async function startAuthJs(names: Names): Promise<Running> {
  const home = new Home();
  // Node.js looks for packages beside the program.
  symlinkSync(join(CLIENTS, 'node_modules'), join(home.folder, 'node_modules'));
  const server = home.write('server.mjs', fileOf('auth-js', 'server.mjs', names));
  const { port } = new URL(names.app);
  const program = await Program.start({
    program: process.execPath,
    arguments: ['--import', OBSERVE, server],
    port: Number(port),
    environment: {
      PORT: port,
      AUTH_URL: `${names.app}/auth`,
      AUTH_SECRET: 'of-the-tests-and-nobody-elses-secret',
      AUTH_COGNITO_SECRET: names.clientSecret,
    },
  });
  const mark = 'traffic: ';
  return {
    get traffic() {
      const lines = program.lines.filter((line) => line.startsWith(mark));
      return lines.map((line) => line.slice(mark.length));
    },
    async stop() {
      await program.stop();
      home.remove();
    },
  };
}

export const APACHE = '/usr/sbin/apache2';
export const OPENIDC = '/usr/lib/apache2/modules/mod_auth_openidc.so';

/** What an Apache consists of that has nothing but what a test needs. */
export function apacheSettings(home: Home, modules: readonly string[], site: string): string {
  const all = ['mpm_event', 'authz_core', ...modules];
  const loads = all.map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return [
    ...loads,
    `ServerRoot ${home.folder}`,
    `DefaultRuntimeDir ${home.folder}`,
    `PidFile ${home.folder}/apache.pid`,
    `Mutex file:${home.folder} default`,
    `ErrorLog ${home.folder}/error.log`,
    'ServerName localhost',
    site,
    '',
  ].join('\n');
}

/** Debian's Apache with mod_auth_openidc, as the guide has it. */
export async function startApache(names: Names): Promise<Running> {
  const home = new Home();
  const { port } = new URL(names.app);
  const authority = join(home.folder, 'authority.pem');
  cpSync(join(certificate(), 'fullchain.pem'), authority);
  const pages = join(home.folder, 'pages');
  cpSync(join(CLIENTS, 'apps/mod-auth-openidc'), pages, { recursive: true });
  home.write('mime.types', 'text/html html shtml\n');
  const index = fileOf('mod-auth-openidc', 'private/index.shtml', names);
  const written = home.write('pages/private/index.shtml', index);
  const site = [
    `Listen 127.0.0.1:${port}`,
    `DocumentRoot ${pages}`,
    'DirectoryIndex index.html index.shtml',
    'AddOutputFilter INCLUDES .shtml',
    `<Directory ${pages}>\nOptions +Includes\nRequire all granted\n</Directory>`,
    // The certificate of the tests is known to nobody else.
    `OIDCCABundlePath ${authority}`,
    fileOf('mod-auth-openidc', 'site.conf', names),
  ].join('\n');
  const modules = ['authn_core', 'authz_user', 'dir', 'mime', 'include', 'auth_openidc'];
  const settings = home.write('apache.conf', apacheSettings(home, modules, site));
  home.giveAway(
    settings,
    join(home.folder, 'mime.types'),
    authority,
    pages,
    join(pages, 'private'),
    written,
  );
  const program = await Program.start({
    program: APACHE,
    arguments: ['-D', 'FOREGROUND', '-f', settings],
    port: Number(port),
    log: join(home.folder, 'error.log'),
    unprivileged: true,
  });
  return {
    async stop() {
      await program.stop();
      home.remove();
    },
  };
}
