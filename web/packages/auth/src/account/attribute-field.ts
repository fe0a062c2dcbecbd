import { attributePurpose } from '../password-policy.js';
import type { SignInTexts } from '../texts.js';

/** How a form asks for an attribute. */
export interface AttributeField {
  readonly label: string;
  readonly type: 'text' | 'email' | 'tel' | 'date' | 'url';
  /** As `autocomplete` has it. */
  readonly purpose: AutoFill;
}

const TYPES: Readonly<Record<string, AttributeField['type']>> = {
  email: 'email',
  phone_number: 'tel',
  birthdate: 'date',
  website: 'url',
  picture: 'url',
  profile: 'url',
};

const PURPOSES: Readonly<Record<string, AutoFill>> = {
  email: 'email',
  middle_name: 'additional-name',
  address: 'street-address',
};

/** By the name that the pool has for it; one that has no words is called by that: `custom:team` is "team". */
export function attributeField(texts: SignInTexts, name: string): AttributeField {
  const called = name.replace(/^custom:/, '').replaceAll('_', ' ');
  const label = name === 'email' ? texts.email : (texts.attributes[name] ?? called);
  return { label, type: TYPES[name] ?? 'text', purpose: PURPOSES[name] ?? attributePurpose(name) };
}
