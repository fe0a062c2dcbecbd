/**
 * Apps that know nothing of this repository: they install the packed packages, build with their own
 * tools and sign in. Run by name: `cargo xtask test apps`.
 */
import { Page } from '@playwright/test';
import { expect, otherThan, SignInPage, test as base } from '../e2e/support/fixtures';
import { ANGULAR, angularApp } from './support/angular-app';
import { CleanApp, Packed, pack } from './support/clean-app';

const test = base.extend<
  { open: (page: Page, app: CleanApp, below: string) => Promise<SignInPage> },
  { packed: Packed }
>({
  packed: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the dependencies off this pattern.
    async ({}, use) => {
      const packed = pack();
      await use(packed);
      packed.remove();
    },
    { scope: 'worker' },
  ],
  open: async ({ server, person }, use) => {
    const closers: (() => void)[] = [];
    await use(async (page, app, below) => {
      const { url, close } = await app.serve(below);
      closers.push(close, () => app.remove());
      await page.goto(url);
      return new SignInPage(page, server, person);
    });
    closers.forEach((close) => close());
  },
});

/** A wrong password, a wrong code, the right one. */
async function walkThrough(signIn: SignInPage): Promise<void> {
  await signIn.submitLogin();
  await expect(signIn.code).toBeFocused();
  const code = await signIn.mailedCode();
  await signIn.code.fill(otherThan(code));
  await expect(signIn.alert).toContainText('2 tries left');
  await signIn.code.fill(code);
  await signIn.expectSignedIn();
}

for (const [major, version] of Object.entries(ANGULAR)) {
  test(`a clean Angular ${major} app installs, builds and signs in`, async ({
    page,
    packed,
    pool,
    server,
    open,
  }) => {
    const names = { ...pool, endpoint: `${server.url}/` };
    const app = new CleanApp(angularApp(version, packed, names));
    app.install();
    const node = version.node ? 'node_modules/node/bin/node' : process.execPath;
    app.run(node, 'node_modules/@angular/cli/bin/ng.js', 'build', 'app');
    await walkThrough(await open(page, app, 'dist/app/browser'));
  });
}

const ELEMENT = (names: { endpoint: string; userPoolId: string; clientId: string }) =>
  `endpoint="${names.endpoint}" user-pool-id="${names.userPoolId}" client-id="${names.clientId}"`;

test('a clean React app installs, builds, checks its types and signs in', async ({
  page,
  packed,
  pool,
  server,
  open,
}) => {
  const names = { ...pool, endpoint: `${server.url}/` };
  const app = new CleanApp({
    'package.json': {
      private: true,
      type: 'module',
      dependencies: {
        '@poolhouse/auth': packed.auth,
        '@poolhouse/elements': packed.elements,
        react: '19.3.1',
        'react-dom': '19.3.1',
      },
      devDependencies: {
        '@types/react': '19.3.3',
        '@types/react-dom': '19.3.0',
        typescript: '5.9.3',
        vite: '6.4.6',
      },
    },
    'tsconfig.json': {
      compilerOptions: {
        strict: true,
        noEmit: true,
        jsx: 'react-jsx',
        module: 'esnext',
        moduleResolution: 'bundler',
        target: 'es2022',
        lib: ['es2022', 'dom'],
      },
      files: ['main.tsx'],
    },
    'index.html':
      '<!doctype html><html lang="en"><title>React</title><div id="root"></div><script type="module" src="/main.tsx"></script></html>',
    'vite.config.js': `export default { esbuild: { jsx: 'automatic' } };`,
    'main.tsx': `
      import { createElement, useEffect, useRef, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      import type { Tokens } from '@poolhouse/auth';
      import { useSignInFlow } from '@poolhouse/auth/react';
      import type { PhSignIn } from '@poolhouse/elements/sign-in';
      import '@poolhouse/elements/sign-in';

      void useSignInFlow;
      function App() {
        const [tokens, setTokens] = useState<Tokens | null>(null);
        const element = useRef<PhSignIn>(null);
        useEffect(() => {
          const take = (event: Event) => setTokens((event as CustomEvent<Tokens>).detail);
          const shown = element.current;
          shown?.addEventListener('signed-in', take);
          return () => shown?.removeEventListener('signed-in', take);
        }, []);
        const names = ${JSON.stringify({ endpoint: names.endpoint, 'user-pool-id': names.userPoolId, 'client-id': names.clientId })};
        return <main data-signed-in={tokens !== null}>{createElement('ph-sign-in', { ref: element, ...names })}</main>;
      }
      createRoot(document.getElementById('root') as HTMLElement).render(<App />);`,
  });
  app.install();
  app.run('node_modules/.bin/tsc', '-p', '.');
  app.run('node_modules/.bin/vite', 'build');
  await walkThrough(await open(page, app, 'dist'));
  await expect(page.locator('main')).toHaveAttribute('data-signed-in', 'true');
});

test('a clean Vue app installs, builds and signs in', async ({
  page,
  packed,
  pool,
  server,
  open,
}) => {
  const names = { ...pool, endpoint: `${server.url}/` };
  const app = new CleanApp({
    'package.json': {
      private: true,
      type: 'module',
      dependencies: {
        '@poolhouse/auth': packed.auth,
        '@poolhouse/elements': packed.elements,
        vue: '3.5.45',
      },
      devDependencies: { vite: '6.4.6' },
    },
    'index.html':
      '<!doctype html><html lang="en"><title>Vue</title><div id="app"></div><script type="module" src="/main.js"></script></html>',
    'vite.config.js': `export default { resolve: { alias: { vue: 'vue/dist/vue.esm-bundler.js' } } };`,
    'main.js': `
      import { createApp, ref } from 'vue';
      import '@poolhouse/elements/sign-in';
      const app = createApp({
        setup: () => ({ who: ref('nobody') }),
        template: \`<main><ph-sign-in ${ELEMENT(names)} @signed-in="who = 'somebody'"></ph-sign-in><p>{{ who }}</p></main>\`,
      });
      app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith('ph-');
      app.mount('#app');`,
  });
  app.install();
  app.run('node_modules/.bin/vite', 'build');
  await walkThrough(await open(page, app, 'dist'));
  await expect(page.getByText('somebody')).toBeVisible();
});

test('a plain page with a script from the package signs in, without a build', async ({
  page,
  packed,
  pool,
  server,
  open,
}) => {
  const names = { ...pool, endpoint: `${server.url}/` };
  const app = new CleanApp({
    'package.json': {
      private: true,
      dependencies: { '@poolhouse/auth': packed.auth, '@poolhouse/elements': packed.elements },
    },
    'index.html': `<!doctype html><html lang="en"><title>Plain</title>
      <script type="module" src="/node_modules/@poolhouse/elements/min/sign-in.js"></script>
      <main><ph-sign-in ${ELEMENT(names)}></ph-sign-in></main></html>`,
  });
  app.install();
  await walkThrough(await open(page, app, '.'));
});
