import { readConfig } from './config';

describe('readConfig', () => {
  it('takes the server that served the page where no endpoint is named', () => {
    const pool = { userPoolId: 'eu-central-1_a', clientId: 'c' };
    expect(readConfig(pool)).toEqual({ endpoint: '/', signInName: 'email', ...pool });
    expect(readConfig({ ...pool, signInName: 'username' })?.signInName).toBe('username');
    expect(readConfig({ ...pool, endpoint: 'https://x/' })?.endpoint).toBe('https://x/');
  });

  it.each([null, 17, {}, { userPoolId: 'a_b' }, { userPoolId: 'a_b', clientId: 1 }])(
    'takes nothing from %j',
    (value) => expect(readConfig(value)).toBeNull(),
  );
});
