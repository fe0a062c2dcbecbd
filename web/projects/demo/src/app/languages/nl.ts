import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Welkom',
  welcomeName: 'Welkom, {name}',
  signedInAs: 'Je bent ingelogd als {name}.',
  name: 'Naam',
  email: 'E-mail',
  lastSignIn: 'Laatst ingelogd',
  tokensUntil: 'Sessie geldig tot',
  refresh: 'Sessie verlengen',
  refreshed: 'Je sessie is verlengd.',
  signOut: 'Uitloggen',
  signOutEverywhere: 'Overal uitloggen',
  signedInTitle: 'Ingelogd',
  sessionEnded: 'Deze sessie is beëindigd. Log uit en weer in.',
  tryAgain: 'Dat lukte niet. Controleer je verbinding en probeer opnieuw.',
  unavailableTitle: 'Inloggen niet beschikbaar',
  unavailableLead:
    'De server gaf niet aan welke gebruikersgroep geldt. Controleer of hij draait en of er een groep is ingesteld.',
  retry: 'Opnieuw proberen',
};
