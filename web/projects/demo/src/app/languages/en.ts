import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Welcome',
  welcomeName: 'Welcome, {name}',
  signedInAs: 'You’re signed in as {name}.',
  name: 'Name',
  email: 'Email',
  lastSignIn: 'Last sign-in',
  tokensUntil: 'Session good until',
  refresh: 'Renew this session',
  refreshed: 'Your session has been renewed.',
  signOut: 'Sign out',
  signOutEverywhere: 'Sign out everywhere',
  signedInTitle: 'Signed in',
  sessionEnded: 'This session has ended. Sign out and in again.',
  tryAgain: 'That didn’t work. Check your connection and try again.',
  unavailableTitle: 'Sign-in isn’t available',
  unavailableLead:
    'The server didn’t say which user pool to use. Check that it is running and that a pool is set up.',
  retry: 'Try again',
};
