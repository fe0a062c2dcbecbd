import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    globals: true,
    environment: 'node',
    reporters: ['default', '../../scripts/unit-test-reporter.mjs'],
  },
});
