import { request } from 'node:http';
import { Place } from '../support/house';
import { Visitor } from '../support/visitor';
import { Journey } from './journey';

const signedIn: Journey = {
  name: 'who is signed in already, and signs out',
  shows: ['known_as: at first', 'sign_out: at first', 'said: signed out'],
  async walk(visitor) {
    const { house, page } = visitor;
    const place = await house.people();
    await visitor.come(place);
    await visitor.signIn(await visitor.person(place, { name: 'Ana' }));
    await visitor.back();
    await page.goto(house.asked(place).replace('/oauth2/authorize?', '/login?'));
    await visitor.see('known_as', 'at first');
    await page.goto(`${house.at(place)}/logout`);
    await visitor.see('sign_out', 'at first');
    await visitor.press('Sign out');
    await visitor.see('said', 'signed out');
  },
};

const consent: Journey = {
  name: 'a client that registered itself asks to be let in',
  shows: ['consent: of a client that registered itself'],
  async walk(visitor) {
    const place = await visitor.house.strangers();
    await visitor.come(place);
    await visitor.signIn(await visitor.person(place));
    await visitor.see('consent', 'of a client that registered itself');
    await visitor.press('Deny');
    await visitor.back('access_denied');
  },
};

const providers: Journey = {
  name: 'identity providers, beside the password and in its place',
  shows: ['login: with identity providers', 'login: by identity providers alone'],
  async walk(visitor) {
    await visitor.come(await visitor.house.providers());
    await visitor.see('login', 'with identity providers');
    await visitor.come(await visitor.house.outside());
    await visitor.see('login', 'by identity providers alone');
  },
};

const nowhere: Journey = {
  name: 'what leads nowhere, and pages that are out of their time',
  shows: [
    'said: a request that leads nowhere',
    'said: a form from elsewhere',
    'said: a browser without cookies',
    'login: begun anew',
  ],
  async walk(visitor) {
    const { house, page } = visitor;
    const place = await house.people();
    await visitor.come(place, { redirect_uri: 'https://elsewhere.example/' });
    await visitor.see('said', 'a request that leads nowhere');
    const login = house.asked(place).replace('/oauth2/authorize?', '/login?');
    await page.goto(`${login}&again=1`);
    await page.context().clearCookies();
    await page.goto(`${login}&again=1&tx=${'A'.repeat(43)}`);
    await visitor.see('said', 'a browser without cookies');
    await visitor.come(place);
    // Begun so long ago that nobody knows of it any more.
    await page.goto(`${login}&tx=${'A'.repeat(43)}`);
    await visitor.see('login', 'begun anew');
    await visitor.page.locator('input[name=_csrf]').evaluate((field) => {
      field.setAttribute('value', 'of another page');
    });
    await visitor.signIn({ email: 'ana@example.com', password: 'any' });
    await visitor.see('said', 'a form from elsewhere');
  },
};

const tooMany: Journey = {
  name: 'an address that asks for too much',
  shows: ['said: too many requests'],
  async walk(visitor) {
    const { house, page } = visitor;
    const place = await house.people();
    const html = await flooded(visitor, place);
    await page.route('**/flooded', (route) =>
      route.fulfill({ status: 429, contentType: 'text/html; charset=utf-8', body: html }),
    );
    await page.goto(`${house.at(place)}/flooded`);
    await visitor.see('said', 'too many requests');
  },
};

/** What another address of this machine is told once it has asked for too much: no test has to share that. */
async function flooded({ house }: Visitor, place: Place): Promise<string> {
  const url = new URL(`${house.at(place, '127.0.0.1')}/login`);
  const localAddress = `127.0.0.${2 + (Math.floor(performance.now()) % 200)}`;
  for (let sent = 0; sent < 2000; sent += 50) {
    const asked = Array.from({ length: 50 }, () => post(url, localAddress));
    const told = (await Promise.all(asked)).find(({ status }) => status === 429);
    if (told) return told.text;
  }
  throw new Error('Two thousand forms were taken.');
}

function post(url: URL, localAddress: string): Promise<{ status: number; text: string }> {
  return new Promise((told, failed) => {
    const sent = request(
      url,
      {
        method: 'POST',
        localAddress,
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'en' },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => told({ status: answer.statusCode ?? 0, text }));
      },
    );
    sent.on('error', failed).end('username=ana');
  });
}

const looks: Journey = {
  name: 'apps that have looks of their own',
  shows: ['login: in the classic look', 'login: in a managed look'],
  async walk(visitor) {
    await visitor.come(await visitor.house.classic());
    await visitor.see('login', 'in the classic look');
    await visitor.come(await visitor.house.styled());
    await visitor.see('login', 'in a managed look');
  },
};

export const EDGES: readonly Journey[] = [signedIn, consent, providers, nowhere, tooMany, looks];
