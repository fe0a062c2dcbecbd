import { users } from './sign-in';

const heading = document.querySelector('h1')!;
const refusal = document.querySelector('[role=alert]')!;
const button = (id: string) => document.querySelector<HTMLButtonElement>(`#${id}`)!;

async function start(): Promise<void> {
  if (location.pathname === '/signed-in') {
    const address = location.href;
    // A reload must not redeem the code a second time.
    history.replaceState(null, '', '/');
    await users.signinRedirectCallback(address);
  }
}

async function show(): Promise<void> {
  const user = await users.getUser();
  const isSignedIn = user !== null && !user.expired;
  heading.textContent = isSignedIn ? `Signed in as ${user.profile.email}` : 'Signed out';
  button('sign-in').hidden = isSignedIn;
  button('renew').hidden = button('sign-out').hidden = !isSignedIn;
}

const refused = (error: unknown) => {
  refusal.textContent = String(error);
};
// Left to itself, the library sends no nonce; of one that it sends, it checks that it comes back.
button('sign-in').onclick = () =>
  users.signinRedirect({ nonce: crypto.randomUUID() }).catch(refused);
// With a refresh token this is a call, and no frame.
button('renew').onclick = () => users.signinSilent().then(show, refused);
button('sign-out').onclick = () => users.signoutRedirect().catch(refused);

start().catch(refused).then(show, refused);
