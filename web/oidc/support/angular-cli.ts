import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ANGULAR } from '../../apps/support/angular-app';
import { CleanApp } from '../../apps/support/clean-app';
import { CLIENTS, fileOf, Names } from './names';

/** Builds an app of a guide ahead of time, by Angular's own tools, in a folder of its own: minutes. What it is made of, by path. */
export function builtByCli(app: string, names: Names): Map<string, string> {
  const { build, core, typescript } = ANGULAR[21];
  const manifest = readFileSync(join(CLIENTS, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const isNeeded = (name: string) => /^(@?angular|rxjs|tslib)/.test(name);
  const sources = readdirSync(join(CLIENTS, 'apps', app));
  const clean = new CleanApp({
    'package.json': {
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(
        Object.entries(dependencies).filter(([name]) => isNeeded(name)),
      ),
      devDependencies: {
        '@angular/build': build,
        '@angular/cli': build,
        '@angular/compiler-cli': core,
        typescript,
      },
    },
    'angular.json': WORKSPACE,
    'tsconfig.json': {
      compilerOptions: {
        strict: true,
        experimentalDecorators: true,
        importHelpers: true,
        target: 'ES2022',
        module: 'preserve',
      },
      angularCompilerOptions: { strictTemplates: true },
      files: ['src/main.ts'],
    },
    ...Object.fromEntries(sources.map((name) => [`src/${name}`, fileOf(app, name, names)])),
  });
  try {
    clean.install();
    clean.run(process.execPath, 'node_modules/@angular/cli/bin/ng.js', 'build', 'app');
    const out = join(clean.folder, 'dist/app/browser');
    const built = readdirSync(out).filter((name) => /\.(js|html)$/.test(name));
    return new Map(built.map((name) => [`/${name}`, readFileSync(join(out, name), 'utf8')]));
  } finally {
    clean.remove();
  }
}

const WORKSPACE = {
  version: 1,
  cli: { analytics: false },
  projects: {
    app: {
      projectType: 'application',
      root: '',
      sourceRoot: 'src',
      architect: {
        build: {
          builder: '@angular/build:application',
          options: { browser: 'src/main.ts', tsConfig: 'tsconfig.json' },
        },
      },
    },
  },
};
