import { findCode } from './find-code';

describe('findCode', () => {
  it.each([
    ['Enter this code:\n\n  123456  \n\nIt works for 5 minutes.', '123456'],
    ['Your code is 123456.', '123456'],
    ['Your code is 123456.\n\n@example.com #123456', '123456'],
    ['Enter this code:\nABCD2345\n', 'ABCD2345'],
    ['Order 123456 of 20261122', null],
    ['Call +49-301234567 or write to 123456@example.com', null],
    ['GREETINGS', null],
    ['Hello', null],
    ['', null],
  ])('in %j finds %j', (text, code) => {
    expect(findCode(text)).toBe(code);
  });
});
