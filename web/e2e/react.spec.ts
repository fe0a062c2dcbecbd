import { expect, otherThan } from './support/fixtures';
import { HostedPage, test } from './support/hosted-page';

/** As docs/guides/front-end/react.md has it. */
const FORMS: HostedPage = {
  html: `<div id="root" data-endpoint="ENDPOINT" data-pool="POOL" data-client="CLIENT"></div>`,
  script: `
    import { createRoot } from 'react-dom/client';
    import { CognitoClient, SignInFlow } from '@poolhouse/auth';
    import { useSignInFlow } from '@poolhouse/auth/react';
    import { ENGLISH, say } from '@poolhouse/auth/texts';

    const root = document.getElementById('root');
    const { endpoint, pool: userPoolId, client: clientId } = root.dataset;
    const flow = new SignInFlow(new CognitoClient({ endpoint, userPoolId, clientId }));

    function SignIn() {
      const snapshot = useSignInFlow(flow);
      const { state } = snapshot;
      const submit = (act) => (event) => {
        event.preventDefault();
        act(new FormData(event.currentTarget));
      };
      if (state.step === 'done') return <h1>You’re signed in</h1>;
      return (
        <form method="post" onSubmit={submit((form) => state.step === 'code'
          ? flow.verify(form.get('code'))
          : flow.signIn(form.get('email'), form.get('password')))}>
          <h1>{state.step}</h1>
          <p role="alert">{say(ENGLISH, snapshot).error}</p>
          {state.step === 'code'
            ? <label>6-digit code <input name="code" autoComplete="one-time-code" autoFocus /></label>
            : <><label>Email <input name="email" type="email" autoComplete="username" /></label>
                <label>Password <input name="password" type="password" /></label></>}
          <button>Go on</button>
        </form>
      );
    }
    createRoot(root).render(<SignIn />);`,
};

test('a React page with forms of its own signs in over the hook', async ({ page, hosted }) => {
  const signIn = await hosted(FORMS);
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  const code = await signIn.mailedCode();
  await signIn.code.fill(otherThan(code));
  await page.keyboard.press('Enter');
  await expect(signIn.alert).toHaveText('That code isn’t right. 2 tries left.');
  await signIn.code.fill(code);
  await page.keyboard.press('Enter');
  await signIn.expectSignedIn();
});

test('a React page with the element signs in', async ({ page, hosted }) => {
  const signIn = await hosted({
    html: FORMS.html,
    script: `
      import { createRoot } from 'react-dom/client';
      import { useState } from 'react';
      import '@poolhouse/elements/sign-in';

      const root = document.getElementById('root');
      const { endpoint, pool, client } = root.dataset;

      function App() {
        const [signedIn, setSignedIn] = useState(false);
        if (signedIn) return <h1>Signed in with React</h1>;
        return <ph-sign-in endpoint={endpoint} user-pool-id={pool} client-id={client}
          onsigned-in={() => setSignedIn(true)} />;
      }
      createRoot(root).render(<App />);`,
  });
  await signIn.submitLogin();
  await signIn.code.fill(await signIn.mailedCode());
  await expect(page.getByRole('heading', { name: 'Signed in with React' })).toBeVisible();
});
