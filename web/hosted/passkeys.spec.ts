/** Passkeys by the script of the pages: Chromium with an authenticator in software. */
import { generateKeyPairSync } from 'node:crypto';
import { plugIn } from '../e2e/support/authenticator';
import { Person } from '../e2e/support/server';
import { Place } from './support/house';
import { expect, test } from './support/fixtures';
import { Visitor } from './support/visitor';

async function named(visitor: Visitor, place: Place, { email }: Person): Promise<void> {
  await visitor.come(place, { prompt: 'login' });
  await visitor.type({ 'Email or username': email });
  await visitor.press('Continue');
}

/** Up to the offer of a passkey. */
async function offered(visitor: Visitor): Promise<{ place: Place; person: Person }> {
  const place = await visitor.house.choice();
  const person = await visitor.person(place);
  await named(visitor, place, person);
  await visitor.type({ Password: person.password });
  await visitor.press('Continue');
  await expect(visitor.button('Create a passkey')).toBeFocused();
  return { place, person };
}

async function registered(visitor: Visitor): Promise<{ place: Place; person: Person }> {
  const made = await offered(visitor);
  // The page asks for it by itself, without another press.
  await visitor.press('Create a passkey');
  await visitor.back();
  return made;
}

test('a passkey that was made on the pages signs in without a password', async ({ visitor }) => {
  const { cdp, authenticatorId } = await plugIn(visitor.page);
  const { place, person } = await registered(visitor);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  expect(credentials.map(({ rpId }) => rpId)).toEqual(['localhost']);
  await named(visitor, place, person);
  await visitor.button('Use a passkey').click();
  await visitor.back();
  // Whoever has one is offered no other.
  await named(visitor, place, person);
  await visitor.type({ Password: person.password });
  await visitor.button('Continue').click();
  await visitor.back();
});

test('whoever sends the browser’s question away goes on without a passkey, and another way', async ({
  visitor,
}) => {
  const { cdp, authenticatorId } = await plugIn(visitor.page);
  const { page } = visitor;
  const present = (enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
  const { place, person } = await offered(visitor);
  await present(false);
  await visitor.press('Create a passkey');
  // Nobody touches the device.
  await visitor.press('Not now');
  await visitor.back();
  await page.context().clearCookies();
  await named(visitor, place, person);
  await visitor.type({ Password: person.password });
  await visitor.press('Continue');
  await present(true);
  await visitor.press('Create a passkey');
  await visitor.back();

  await present(false);
  await named(visitor, place, person);
  await visitor.press('Use a passkey');
  await visitor.press('Other ways');
  await expect(visitor.field('Email or username')).toHaveValue(person.email);
  await visitor.press('Continue');
  await visitor.type({ Password: person.password });
  await visitor.press('Continue');
  await visitor.back();
});

test('a passkey of another key is refused, and nobody is signed in', async ({ visitor }) => {
  const { cdp, authenticatorId } = await plugIn(visitor.page);
  const { place, person } = await registered(visitor);
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  const [credential] = credentials;
  if (!credential) throw new Error('There is no passkey.');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const another = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  await cdp.send('WebAuthn.removeCredential', {
    authenticatorId,
    credentialId: credential.credentialId,
  });
  await cdp.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: { ...credential, privateKey: another },
  });
  await named(visitor, place, person);
  await visitor.button('Use a passkey').click();
  await expect(visitor.page.getByRole('alert')).toContainText('That passkey didn’t work.');
  // The other ways are still there.
  if (await visitor.field('Email or username').isVisible()) await visitor.press('Continue');
  await visitor.type({ Password: person.password });
  await visitor.press('Continue');
  await visitor.back();
});

test('nobody is offered a passkey by a browser that has no place for one here', async ({
  visitor,
}) => {
  const place = await visitor.house.choice();
  const person = await visitor.person(place);
  await visitor.page.goto(visitor.house.asked(place, {}, '127.0.0.1'));
  await visitor.type({ 'Email or username': person.email });
  await visitor.press('Continue');
  await visitor.type({ Password: person.password });
  await visitor.press('Continue');
  await visitor.back();
});

test('where a code is asked for, a passkey is no way around it', async ({ visitor }) => {
  await plugIn(visitor.page);
  const place = await visitor.house.choiceWithCode();
  const person = await visitor.person(place);
  await visitor.come(place);
  // Nothing is chosen there: the password, and then the code.
  await visitor.signIn(person);
  await expect(visitor.page.getByRole('heading', { name: 'Check your email' })).toBeVisible();
  await visitor.code(await visitor.house.server.codeFor(person.email));
  await visitor.back();
});
