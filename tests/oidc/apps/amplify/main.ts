import './auth';
import 'aws-amplify/auth/enable-oauth-listener';
import {
  fetchAuthSession,
  fetchUserAttributes,
  signInWithRedirect,
  signOut,
} from 'aws-amplify/auth';
import { Hub } from 'aws-amplify/utils';

const heading = document.querySelector('h1')!;
const refusal = document.querySelector('[role=alert]')!;
const button = (id: string) => document.querySelector<HTMLButtonElement>(`#${id}`)!;

async function show(): Promise<void> {
  // Waits until the code is redeemed, if the browser has just come back with one.
  const { tokens } = await fetchAuthSession();
  const isSignedIn = tokens !== undefined;
  heading.textContent = isSignedIn
    ? `Signed in as ${(await fetchUserAttributes()).email}`
    : 'Signed out';
  button('sign-in').hidden = isSignedIn;
  button('renew').hidden = button('sign-out').hidden = !isSignedIn;
}

const refused = (error: unknown) => {
  refusal.textContent = String(error);
};
Hub.listen('auth', ({ payload }) => {
  if (payload.event === 'signInWithRedirect_failure') refused(payload.data.error);
});
button('sign-in').onclick = () => signInWithRedirect().catch(refused);
button('renew').onclick = () => fetchAuthSession({ forceRefresh: true }).then(show, refused);
button('sign-out').onclick = () => signOut().catch(refused);

show().catch(refused);
