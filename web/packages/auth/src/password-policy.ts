import type { RareTexts } from './sign-in-texts.js';

/** A pool's password policy. No challenge tells it, so an app says it; Cognito's default if absent. */
export interface PasswordPolicy {
  readonly minimumLength?: number;
  readonly uppercase?: boolean;
  readonly lowercase?: boolean;
  readonly numbers?: boolean;
  readonly symbols?: boolean;
}

export interface PasswordRule {
  readonly text: string;
  readonly met: boolean;
}

const COGNITO: Required<PasswordPolicy> = {
  minimumLength: 8,
  uppercase: true,
  lowercase: true,
  numbers: true,
  symbols: true,
};

/** The policy's rules in words, and which of them a password meets, by Cognito's own alphabets. */
export function passwordRules(
  texts: RareTexts,
  policy: PasswordPolicy,
  password: string,
): readonly PasswordRule[] {
  const { minimumLength, uppercase, lowercase, numbers, symbols } = { ...COGNITO, ...policy };
  const rules: readonly (readonly [boolean, string, RegExp])[] = [
    [
      true,
      texts.ruleLength.replace('{n}', String(minimumLength)),
      new RegExp(`^.{${minimumLength},}$`, 'su'),
    ],
    [uppercase, texts.ruleUppercase, /[A-Z]/],
    [lowercase, texts.ruleLowercase, /[a-z]/],
    [numbers, texts.ruleNumber, /[0-9]/],
    [symbols, texts.ruleSymbol, /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]|(?<=\S) (?=\S)/],
  ];
  return rules
    .filter(([asked]) => asked)
    .map(([, text, pattern]) => ({ text, met: pattern.test(password) }));
}

const PURPOSES: Readonly<Record<string, AutoFill>> = {
  name: 'name',
  given_name: 'given-name',
  family_name: 'family-name',
  phone_number: 'tel',
};

/** What a browser may fill in for an attribute that a pool requires, as `autocomplete` has it. */
export function attributePurpose(name: string): AutoFill {
  return PURPOSES[name] ?? 'off';
}
