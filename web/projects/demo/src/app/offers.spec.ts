import { readOffers } from './offers';

describe('readOffers', () => {
  const nothing = {
    signUp: null,
    signUpByLink: false,
    forgotPassword: false,
    changeEmail: false,
    authenticatorApp: false,
    passkeys: false,
    passkeySignIn: false,
    devices: false,
    sessions: false,
  };

  it('offers what the server says that the pool has, and nothing else', () => {
    const said = { signUp: ['given_name'], forgotPassword: true, passkeys: 'yes' };
    const offered = { ...nothing, signUp: ['given_name'], forgotPassword: true };
    expect(readOffers(said)).toEqual(offered);
  });

  it.each([undefined, null, 17, {}, { signUp: true }])('offers nothing for %j', (said) =>
    expect(readOffers(said)).toEqual(nothing),
  );
});
