import { AuthErrorKind } from './auth/auth-error';
import { Problem } from './flow/flow-state';
import { ENGLISH, endText, problemText } from './texts';

describe('texts', () => {
  it('have a sentence of its own for every problem and every end', () => {
    const kinds: Exclude<AuthErrorKind, 'session'>[] = [
      'refused',
      'throttled',
      'delivery',
      'new-password',
      'unconfirmed',
      'unsupported',
      'network',
      'server',
    ];
    const problems: Problem[] = [
      ...kinds.map((kind) => ({ kind })),
      { kind: 'expired' },
      { kind: 'wrong-code', attemptsLeft: null },
    ];
    const sentences = [
      ...problems.map((problem) => problemText(ENGLISH, problem)),
      ...(['attempts', 'locked', 'session'] as const).map((reason) => endText(ENGLISH, reason)),
    ];
    expect(sentences.every((sentence) => sentence.endsWith('.'))).toBe(true);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it.each([
    [null, 'That code isn’t right.'],
    [1, 'That code isn’t right. 1 try left.'],
    [2, 'That code isn’t right. 2 tries left.'],
  ])('count %j tries', (left, sentence) => {
    expect(ENGLISH.codeWrong(left)).toBe(sentence);
  });
});
