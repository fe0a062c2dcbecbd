import { readdirSync } from 'node:fs';
import type { AuthErrorKind } from './auth-error.js';
import type { CodeState, EndedState, FlowState, PendingCode, Problem } from './flow-state.js';
import { COMMON_ENGLISH, sayCommon } from './common-texts.js';
import { LANGUAGE_TAGS, chooseLanguage, loadTexts } from './languages/index.js';
import { passwordRules } from './password-policy.js';
import { FAKE_TOKENS } from './testing.js';
import { ENGLISH, type SignInTexts, say } from './texts.js';

const PENDING: PendingCode = {
  username: 'u',
  session: 's',
  signIn: '',
  placeToken: '',
  destination: '',
  codeLength: 6,
  alphabet: 'digits',
  expiresAt: null,
  resendAt: null,
  attemptsLeft: null,
  rememberDays: null,
  mail: null,
  waiting: null,
  newPassword: false,
};

function code(changes: Partial<CodeState>, pending: Partial<PendingCode> = {}): CodeState {
  return {
    step: 'code',
    busy: null,
    problem: null,
    notice: null,
    pending: { ...PENDING, ...pending },
    ...changes,
  };
}

function ended(reason: EndedState['reason'], opens: EndedState['opens'] = null): EndedState {
  return { step: 'ended', reason, opens, passwordUnchanged: false };
}

const KINDS: Exclude<AuthErrorKind, 'session'>[] = [
  'refused',
  'throttled',
  'delivery',
  'unverified',
  'password',
  'reset',
  'unconfirmed',
  'administrator',
  'unsupported',
  'network',
  'server',
];

const PROBLEMS: Problem[] = [
  ...KINDS.map((kind) => ({ kind })),
  { kind: 'expired' },
  { kind: 'replaced' },
  { kind: 'used' },
  { kind: 'not-sent', mail: 'failed' },
  { kind: 'not-sent', mail: 'refused' },
  { kind: 'wrong-code', attemptsLeft: null },
];

const ENDS: FlowState[] = [
  ended('attempts'),
  ended('locked'),
  ended('locked', 'password'),
  ended('locked', 'administrator'),
  ended('session'),
  ended('over'),
];

describe.each(LANGUAGE_TAGS)('the texts in %s', (tag) => {
  let texts: SignInTexts;

  beforeAll(async () => {
    texts = await loadTexts([tag]);
    expect(texts.lang).toBe(tag);
  });

  it('r3: have a sentence of its own for every problem and every end', () => {
    const states = [...PROBLEMS.map((problem) => code({ problem })), ...ENDS];
    const sentences = states.map((state) => say(texts, { state, resendIn: 0 }).error);
    for (const sentence of sentences) expect(sentence).toMatch(/[.。]$/);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('say what became of the mail', () => {
    const hint = (pending: Partial<PendingCode>) =>
      say(texts, { state: code({}, pending), resendIn: 0 }).hint;
    const hints = [
      hint({ mail: 'failed' }),
      hint({ mail: 'refused' }),
      hint({ newPassword: true }),
      say(texts, { state: code({ notice: 'too-soon' }), resendIn: 0 }).hint,
    ];
    expect(new Set(hints).size).toBe(4);
    expect(hint({ mail: 'ok' })).toBe('');
  });

  it('r3: name the mail before the wait, each with a title and a sentence of its own', () => {
    const said = (pending: Partial<PendingCode>) => {
      const { title, lead, hint } = say(texts, { state: code({}, pending), resendIn: 9 });
      return { title, lead, hint };
    };
    const { held, heldLocked, heldTitle, undeliveredTitle, deliveryFailed, addressRefused } = texts;
    const wait = { title: heldTitle, hint: '' };
    const undelivered = { title: undeliveredTitle, hint: '' };
    expect(said({ waiting: 'held', mail: 'ok' })).toEqual({ ...wait, lead: held });
    expect(said({ waiting: 'held', mail: null })).toEqual({ ...wait, lead: held });
    expect(said({ waiting: 'held', mail: 'failed' })).toEqual({
      ...undelivered,
      lead: deliveryFailed,
    });
    expect(said({ waiting: 'held', mail: 'refused' })).toEqual({
      ...undelivered,
      lead: addressRefused,
    });
    expect(said({ waiting: 'locked', mail: 'ok' })).toEqual({ ...wait, lead: heldLocked });
    // A lock is not the mail's doing: both are said.
    expect(said({ waiting: 'locked', mail: 'refused' })).toEqual({
      ...wait,
      lead: heldLocked,
      hint: addressRefused,
    });
  });

  it('have no empty text, and the same places for values as the English ones', () => {
    const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const [name, text] of Object.entries(ENGLISH)) {
      const own = texts[name as keyof SignInTexts];
      if (typeof text !== 'string' || name.endsWith('Letters')) continue;
      expect(own, name).toBeTypeOf('string');
      expect(own, name).not.toBe('');
      expect(places(own as string), name).toEqual(places(text));
    }
    expect(Object.keys(texts.attributes)).toEqual(Object.keys(ENGLISH.attributes));
  });
});

describe('say', () => {
  it.each([
    [null, 'That code isn’t right.'],
    [1, 'That code isn’t right. 1 try left.'],
    [2, 'That code isn’t right. 2 tries left.'],
  ])('counts %j tries', (attemptsLeft, sentence) => {
    const state = code({ problem: { kind: 'wrong-code', attemptsLeft } });
    expect(say(ENGLISH, { state, resendIn: 0 }).error).toBe(sentence);
  });

  it('counts by the language’s own rules', async () => {
    const state = code({ problem: { kind: 'wrong-code', attemptsLeft: 2 } });
    const arabic = say(await loadTexts(['ar']), { state, resendIn: 0 }).error;
    expect(arabic).toBe('الرمز غير صحيح. المتبقي: محاولتان.');
  });

  it('names the way on from an expired code', () => {
    const state = code({ problem: { kind: 'expired' } });
    expect(say(ENGLISH, { state, resendIn: 9 }).error).toContain('Send a new one');
    expect(say(ENGLISH, { state, resendIn: null }).error).toContain('Start again');
  });

  it('says that a password chosen on the way does not count', () => {
    const state: EndedState = { ...ended('session'), passwordUnchanged: true };
    expect(say(ENGLISH, { state, resendIn: null }).error).toBe(
      'This sign-in has timed out. Sign in again to get a new code. Your password was not changed. Begin with the temporary one.',
    );
  });

  it('says who opens a closed account', () => {
    const said = (opens: EndedState['opens']) =>
      say(ENGLISH, { state: ended('closed', opens), resendIn: null }).error;
    expect(said('password')).toContain('A new password opens it again.');
    expect(said('administrator')).toContain('Your administrator can open it again.');
    expect(said(null)).toBe(said('administrator'));
  });

  it('speaks of a name where people have names', () => {
    const state: FlowState = { step: 'credentials', busy: false, problem: { kind: 'refused' } };
    expect(say(ENGLISH, { state, resendIn: null }, true).error).toContain('That name');
  });
});

describe('sayCommon', () => {
  const busy = false;
  const logins: FlowState[] = [null, ...KINDS.map((kind) => ({ kind }))].flatMap((problem) => [
    { step: 'credentials', busy, problem } as const,
    {
      step: 'new-password',
      busy,
      problem,
      challenge: { username: 'u', session: 's', attributes: {}, required: [] },
    } as const,
  ]);
  const codes = [null, ...PROBLEMS].flatMap((problem) =>
    ([null, 'sent', 'resent', 'renewed', 'too-soon'] as const).flatMap((notice) =>
      ([null, 'ok', 'failed', 'refused'] as const).flatMap((mail) =>
        ([null, 'held', 'locked'] as const).flatMap((waiting) =>
          ['', 'a***'].map((destination) =>
            code({ problem, notice }, { mail, waiting, destination }),
          ),
        ),
      ),
    ),
  );
  const done = { step: 'done', tokens: FAKE_TOKENS } as const;
  const states = [...logins, ...codes, code({}, { newPassword: true }), ...ENDS, done];

  it.each([0, 9, null])(
    'says what say() does with its own words, or that it is rare (%j)',
    (resendIn) => {
      let rare = 0;
      for (const state of states) {
        const { rare: isRare, ...said } = sayCommon(COMMON_ENGLISH, { state, resendIn });
        if (isRare) rare += 1;
        else expect(said, JSON.stringify(state)).toEqual(say(ENGLISH, { state, resendIn }));
      }
      expect(rare).toBeGreaterThan(ENDS.length);
      expect(rare).toBeLessThan(states.length);
    },
  );

  it('calls nothing rare that a sign-in with a code comes to', () => {
    const usual: FlowState[] = [
      code({}, { mail: 'ok', destination: 'a***' }),
      code({ notice: 'resent' }, { mail: 'ok' }),
      code({ problem: { kind: 'wrong-code', attemptsLeft: 2 } }, { mail: 'ok' }),
      { step: 'credentials', busy, problem: { kind: 'refused' } },
      { step: 'credentials', busy, problem: { kind: 'network' } },
      done,
    ];
    for (const state of usual)
      expect(sayCommon(COMMON_ENGLISH, { state, resendIn: 0 }).rare).toBe(false);
  });
});

describe('languages', () => {
  it.each([
    [['de-CH', 'en'], 'de'],
    [['sv', 'ar-EG'], 'ar'],
    [['pt'], 'pt-BR'],
    [['pt-PT'], 'pt-PT'],
    [['pt-Latn-MZ'], 'pt-PT'],
    [['zh-Hans-CN'], 'zh-CN'],
    [['zh-Hans-TW'], 'zh-CN'],
    [['zh-Hant'], 'zh-TW'],
    [['zh-HK'], 'zh-TW'],
    [['iw'], 'he'],
    [['sv'], 'en'],
    [['constructor'], 'en'],
    [[], 'en'],
  ])('%j: %s', (wanted, tag) => {
    expect(chooseLanguage(wanted)).toBe(tag);
  });

  it('are those of the mail', () => {
    const mail = '../../../../crates/confirm/src/mail/texts';
    const files = readdirSync(new URL(mail, import.meta.url)).filter((name) => name !== 'mod.rs');
    const tags = files.map((name) => name.replace('.rs', '').replace('_', '-'));
    expect(tags.sort()).toEqual(LANGUAGE_TAGS.map((tag) => tag.toLowerCase()).sort());
  });
});

describe('passwordRules', () => {
  it.each([
    ['', [false, false, false, false, false]],
    ['Abcdef1!', [true, true, true, true, true]],
    ['abcdefgh', [true, false, true, false, false]],
    [' Ab 1 ', [false, true, true, true, true]],
    [' a ', [false, false, true, false, false]],
  ])('%j', (password, met) => {
    expect(passwordRules(ENGLISH, {}, password).map((rule) => rule.met)).toEqual(met);
  });

  it('asks only for what the policy asks for', () => {
    const policy = { minimumLength: 12, uppercase: false, symbols: false };
    expect(passwordRules(ENGLISH, policy, '').map((rule) => rule.text)).toEqual([
      '12 characters or more',
      'A small letter',
      'A number',
    ]);
  });
});
