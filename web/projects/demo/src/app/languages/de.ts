import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Willkommen',
  welcomeName: 'Willkommen, {name}',
  signedInAs: 'Sie sind angemeldet als {name}.',
  name: 'Name',
  email: 'E-Mail',
  lastSignIn: 'Letzte Anmeldung',
  tokensUntil: 'Sitzung gültig bis',
  refresh: 'Sitzung verlängern',
  refreshed: 'Ihre Sitzung wurde verlängert.',
  signOut: 'Abmelden',
  signOutEverywhere: 'Überall abmelden',
  signedInTitle: 'Angemeldet',
  sessionEnded: 'Diese Sitzung ist beendet. Melden Sie sich ab und wieder an.',
  tryAgain: 'Das hat nicht geklappt. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
  unavailableTitle: 'Anmeldung nicht verfügbar',
  unavailableLead:
    'Der Server hat nicht gesagt, welcher Benutzerpool gilt. Prüfen Sie, ob er läuft und ein Pool eingerichtet ist.',
  retry: 'Erneut versuchen',
};
