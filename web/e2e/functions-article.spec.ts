import { test } from './support/fixtures';
import { signsInByItsFunctions } from './support/sign-in-by-functions';

// Node.js handlers as articles write them, unmodified.
test.use({ functions: 'article' });

signsInByItsFunctions();
