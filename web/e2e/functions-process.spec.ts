import { test } from './support/fixtures';
import { signsInByItsFunctions } from './support/sign-in-by-functions';

// Our functions as processes, as on Lambda.
test.use({ functions: 'process' });

signsInByItsFunctions();
