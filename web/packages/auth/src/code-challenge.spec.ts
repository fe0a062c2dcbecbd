import { readCodeChallenge } from './code-challenge.js';

const FULL = {
  USERNAME: '5d0a3c2e',
  CODE_DELIVERY_DELIVERY_MEDIUM: 'EMAIL',
  CODE_DELIVERY_DESTINATION: 'a***@e***',
  codeLength: '8',
  codeAlphabet: 'letters',
  expiresIn: '299',
  resendIn: '30',
  attemptsLeft: '2',
  result: 'wrong',
  mail: 'ok',
  opens: 'administrator',
  signIn: 'sign-in-1',
  deviceToken: 'token-1',
  rememberDays: '30',
};

const NOTHING = {
  destination: '',
  codeLength: 6,
  alphabet: 'digits',
  expiresIn: null,
  resendIn: null,
  attemptsLeft: null,
  result: null,
  mail: null,
  opens: null,
  signIn: '',
  placeToken: '',
  rememberDays: null,
};

describe('readCodeChallenge', () => {
  it('reads everything that the functions tell', () => {
    expect(readCodeChallenge(FULL, 's', 'fallback')).toEqual({
      username: '5d0a3c2e',
      session: 's',
      destination: 'a***@e***',
      codeLength: 8,
      alphabet: 'letters',
      expiresIn: 299,
      resendIn: 30,
      attemptsLeft: 2,
      result: 'wrong',
      mail: 'ok',
      opens: 'administrator',
      signIn: 'sign-in-1',
      placeToken: 'token-1',
      rememberDays: 30,
      parameters: FULL,
    });
  });

  it('makes do with functions that tell nothing', () => {
    const expected = { ...NOTHING, username: 'ana', session: 's', parameters: {} };
    expect(readCodeChallenge({}, 's', 'ana')).toEqual(expected);
  });

  it('takes the address from `email` where the functions call it so', () => {
    expect(readCodeChallenge({ email: 'm***@e***' }, 's', 'u').destination).toBe('m***@e***');
  });

  it.each(['0', '13', '-6', '6.5', 'six', '', '1e1', 6, null])(
    'does not believe a code length of %j',
    (codeLength) => {
      expect(readCodeChallenge({ codeLength }, 's', 'u').codeLength).toBe(6);
    },
  );

  it.each(['-1', '1.5', 'soon', '', '9999999', 30])('does not believe a time of %j', (value) => {
    const challenge = readCodeChallenge({ expiresIn: value, resendIn: value }, 's', 'u');
    expect([challenge.expiresIn, challenge.resendIn]).toEqual([null, null]);
  });

  it.each(['result', 'mail', 'opens'])('does not believe a %s that it does not know', (name) => {
    const parameters = { [name]: 'constructor' };
    expect(readCodeChallenge(parameters, 's', 'u')).toMatchObject(NOTHING);
  });
});
