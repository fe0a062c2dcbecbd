import { COMMON_ENGLISH } from '../english/common.js';
import { RARE_ENGLISH } from '../english/rare.js';
import type { SignInTexts } from '../texts.js';

const texts: SignInTexts = { ...COMMON_ENGLISH, ...RARE_ENGLISH };

export default texts;
