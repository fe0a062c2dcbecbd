import type { Packed } from './clean-app';

/** Angular apps as `ng new` makes them, without what this sign-in does not touch. */

export interface AngularVersion {
  readonly core: string;
  readonly build: string;
  readonly typescript: string;
  /** Of an app that needs another Node.js than this one. */
  readonly node?: string;
}

export const ANGULAR: Readonly<Record<'20' | '21' | '22', AngularVersion>> = {
  20: { core: '20.3.35', build: '20.3.41', typescript: '5.9.3' },
  21: { core: '21.2.26', build: '21.2.27', typescript: '5.9.3' },
  22: { core: '22.2.6', build: '22.2.7', typescript: '6.0.3', node: '22.23.3' },
};

/** The newest of 21 whose server packages the registry has too. */
export const ANGULAR_SERVER: AngularVersion = {
  core: '21.2.24',
  build: '21.2.24',
  typescript: '5.9.3',
};

type Files = Readonly<Record<string, string | object>>;

interface Names {
  readonly endpoint: string;
  readonly userPoolId: string;
  readonly clientId: string;
}

/** With the card alone, on a page with a heading of its own. */
export function angularApp(
  version: AngularVersion,
  packed: Pick<Packed, 'auth' | 'angular'>,
  names: Names,
  server = false,
): Files {
  const { core, build, typescript, node } = version;
  const of = (name: string) => [`@angular/${name}`, core];
  return {
    'package.json': {
      name: 'clean-app',
      private: true,
      type: 'module',
      dependencies: {
        ...Object.fromEntries(['common', 'compiler', 'core', 'platform-browser'].map(of)),
        ...(server ? Object.fromEntries(['platform-server', 'ssr', 'router'].map(of)) : {}),
        '@poolhouse/angular': packed.angular,
        '@poolhouse/auth': packed.auth,
        rxjs: '7.8.2',
        tslib: '2.8.1',
      },
      devDependencies: {
        '@angular/build': build,
        '@angular/cli': build,
        '@angular/compiler-cli': core,
        typescript,
        ...(node ? { node } : {}),
      },
    },
    'angular.json': workspace(server),
    'tsconfig.json': {
      compilerOptions: {
        strict: true,
        skipLibCheck: false,
        experimentalDecorators: true,
        importHelpers: true,
        target: 'ES2022',
        module: 'preserve',
      },
      angularCompilerOptions: { strictTemplates: true },
      files: server ? ['src/main.ts', 'src/main.server.ts'] : ['src/main.ts'],
    },
    'src/index.html':
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Clean app</title><base href="/"></head><body><app-root></app-root></body></html>',
    'src/app.ts': `
      import { Component, provideZonelessChangeDetection } from '@angular/core';
      import { SignIn, provideSignIn } from '@poolhouse/angular';
      ${server ? "import { provideClientHydration, withEventReplay } from '@angular/platform-browser';" : ''}

      @Component({
        selector: 'app-root',
        imports: [SignIn],
        template: '<main><h1>Clean app</h1><si-sign-in [headingLevel]="2"><a siLinks href="/help">Help</a></si-sign-in></main>',
      })
      export class App {}

      export const providers = [
        provideZonelessChangeDetection(),
        ${server ? 'provideClientHydration(withEventReplay()),' : ''}
        provideSignIn(${JSON.stringify(names)}),
      ];`,
    'src/main.ts': `
      import { bootstrapApplication } from '@angular/platform-browser';
      import { App, providers } from './app';
      bootstrapApplication(App, { providers }).catch((error) => console.error(error));`,
    ...(server ? serverFiles() : {}),
  };
}

function workspace(server: boolean): object {
  const options = {
    browser: 'src/main.ts',
    tsConfig: 'tsconfig.json',
    styles: ['node_modules/@poolhouse/angular/styles/sign-in.css'],
    ...(server
      ? { server: 'src/main.server.ts', outputMode: 'server', ssr: { entry: 'src/server.ts' } }
      : {}),
  };
  return {
    version: 1,
    cli: { analytics: false },
    projects: {
      app: {
        projectType: 'application',
        root: '',
        sourceRoot: 'src',
        architect: { build: { builder: '@angular/build:application', options } },
      },
    },
  };
}

function serverFiles(): Files {
  return {
    'src/main.server.ts': `
      import { bootstrapApplication, BootstrapContext } from '@angular/platform-browser';
      import { provideServerRendering, withRoutes, RenderMode } from '@angular/ssr';
      import { App, providers } from './app';
      const rendering = provideServerRendering(withRoutes([{ path: '**', renderMode: RenderMode.Server }]));
      export default (context: BootstrapContext) =>
        bootstrapApplication(App, { providers: [...providers, rendering] }, context);`,
    'src/server.ts': `
      import { AngularNodeAppEngine, createNodeRequestHandler, writeResponseToNodeResponse } from '@angular/ssr/node';
      const engine = new AngularNodeAppEngine({ allowedHosts: ['localhost'] });
      export const reqHandler = createNodeRequestHandler(async (request, response, next) => {
        const rendered = await engine.handle(request);
        if (rendered) await writeResponseToNodeResponse(rendered, response);
        else next();
      });`,
  };
}
