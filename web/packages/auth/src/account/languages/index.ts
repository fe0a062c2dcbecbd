import { chooseLanguage } from '../../languages/choose.js';
import type { AccountTexts } from '../texts.js';
import { accountTextsIn } from './load.js';

export { accountTextsIn } from './load.js';

/** The texts of the account in the first of the wanted languages that there is. */
export function loadAccountTexts(wanted: readonly string[]): Promise<AccountTexts> {
  return accountTextsIn(chooseLanguage(wanted));
}
