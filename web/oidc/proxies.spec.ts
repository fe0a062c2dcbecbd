import { expect } from '@playwright/test';
import { existsSync } from 'node:fs';
import { CLIENTS } from './support/clients';
import { test } from './support/pool';
import { startPoolhouse } from './support/poolhouse';
import { freePort } from './support/program';
import { PROXIES, proxyFile, signUpFrom, stateThrough, statusAt } from './support/proxies';
import { walk } from './support/walk';

/** What a client may send and no proxy may shorten: 2 KiB, three times as long on the way. */
const LONGEST = '"'.repeat(2048);

/** An address of this machine that is not the proxy's. */
const ELSEWHERE = '127.0.0.2';

const client = CLIENTS.find(({ name }) => name === 'oidc-client-ts');
if (!client) throw new Error('no client oidc-client-ts');

for (const proxy of PROXIES) {
  test(`behind ${proxy.name}, people sign in at the domain’s own host, and are counted under their own address`, async ({
    page,
    start,
    stops,
  }) => {
    test.skip(!existsSync(proxy.program), `${proxy.program} is not installed`);
    const ports = { proxy: await freePort(), server: await freePort() };
    // Another port than HTTPS has, which is where the guide's domains are.
    const base = `https://acme.auth.localhost:${ports.proxy}`;
    const configuration = `${proxyFile('poolhouse.toml', ports)}\n[hosted.bases]\nacme = "${base}"\n`;
    const url = `https://localhost:${ports.proxy}`;
    const poolhouse = await startPoolhouse(url, ports.server, configuration);
    stops.push(() => poolhouse.stop());
    const running = await proxy.start(ports);
    stops.push(() => running.stop());
    // Operators' calls go by way of the proxy, too: their signatures hold the Host header.
    const { app, person, names } = await start(client, poolhouse.server, 'acme');
    expect(names.login).toBe(base);
    // With a second one, a host that names no domain is nobody's.
    await poolhouse.server.createDomain(await poolhouse.server.createPool());
    await walk(page, poolhouse.server, person, app);
    const cookies = await page.context().cookies(names.login);
    expect(cookies.map(({ secure }) => secure)).toEqual(cookies.map(() => true));
    expect(cookies.map(({ name }) => name)).toContain('__Host-ph-b');

    // The longest state that a client may send comes back in a header that proxies may find too long.
    expect(await stateThrough(url, names, LONGEST)).toBe(LONGEST);

    // The guide's own host, and one of which there is no domain: told apart.
    expect(await statusAt('acme.auth.id.example.com', ports)).toBe(302);
    expect(await statusAt('nobody.auth.id.example.com', ports)).toBe(404);

    const body = {
      ClientId: names.clientId,
      Username: 'else@example.com',
      Password: person.password,
    };
    expect(await signUpFrom(ELSEWHERE, ports.proxy, body)).toBe(200);
    const [entry] = poolhouse.audit().filter(({ operation }) => operation === 'SignUp');
    expect(entry?.['address']).toBe(ELSEWHERE);
  });
}
