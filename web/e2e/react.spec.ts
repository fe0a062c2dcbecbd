import { expect } from './support/fixtures';
import { test } from './support/hosted-page';

test('a React page with the element signs in', async ({ page, hosted }) => {
  const signIn = await hosted({
    html: '<div id="root" data-endpoint="ENDPOINT" data-pool="POOL" data-client="CLIENT"></div>',
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
