import { h } from './dom.js';
import {
  alert,
  field,
  form,
  heading,
  link,
  passwordField,
  submitButton,
  uniqueId,
} from './parts.js';

/** What a form that is fetched later is made of. A list, since names of members are not shortened. */
export const KIT = [
  heading,
  submitButton,
  alert,
  field,
  form,
  h,
  link,
  passwordField,
  uniqueId,
] as const;

export type Kit = typeof KIT;
