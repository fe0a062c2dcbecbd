import { normaliseCode } from './normalise-code.js';

describe('normaliseCode', () => {
  it.each([
    ['123456', '123456'],
    [' 123 456 ', '123456'],
    ['123-456', '123456'],
    ['123\u00a0456\n', '123456'],
    ['123–456', '123456'],
    ['1 2 3 4 5 6', '123456'],
    ['Your code is 123456.', '123456'],
    ['At 10:45 on 22 Nov: your code is 123456.', '123456'],
    ['On 22 Nov 2026: 123 456', '123456'],
    ['１２３４５６', '123456'],
    ['١٢٣٤٥٦', '123456'],
    ['۱۲۳۴۵۶', '123456'],
    ['१२३४५६', '123456'],
    ['𝟏𝟐𝟑𝟒𝟓𝟔', '123456'],
    ['12345678', '123456'],
    ['123456 or 654321', '123456'],
    ['12a', '12'],
    ['abc', ''],
    ['', ''],
  ])('finds in %j the digits %j', (raw, code) => {
    expect(normaliseCode(raw, 6, 'digits')).toBe(code);
  });

  it.each([
    ['abcd2345', 'ABCD2345'],
    ['ABCD-2345', 'ABCD2345'],
    ['Your code is ABCD2345.', 'ABCD2345'],
    ['Ｙour ＡＢＣＤ２３４５', 'ABCD2345'],
    ['ab', 'AB'],
  ])('finds in %j the letters %j', (raw, code) => {
    expect(normaliseCode(raw, 8, 'letters')).toBe(code);
  });
});
