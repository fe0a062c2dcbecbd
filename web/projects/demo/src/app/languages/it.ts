import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Ti diamo il benvenuto',
  welcomeName: 'Ti diamo il benvenuto, {name}',
  signedInAs: 'Hai effettuato l’accesso come {name}.',
  name: 'Nome',
  email: 'Email',
  lastSignIn: 'Ultimo accesso',
  tokensUntil: 'Sessione valida fino a',
  refresh: 'Rinnova la sessione',
  refreshed: 'La sessione è stata rinnovata.',
  signOut: 'Esci',
  signOutEverywhere: 'Esci ovunque',
  signedInTitle: 'Accesso effettuato',
  sessionEnded: 'Questa sessione è terminata. Esci e accedi di nuovo.',
  tryAgain: 'Non ha funzionato. Controlla la connessione e riprova.',
  unavailableTitle: 'Accesso non disponibile',
  unavailableLead:
    'Il server non ha indicato quale gruppo di utenti usare. Controlla che sia attivo e che un gruppo sia configurato.',
  retry: 'Riprova',
};
