import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Witamy',
  welcomeName: 'Witamy, {name}',
  signedInAs: 'Zalogowano jako {name}.',
  name: 'Imię i nazwisko',
  email: 'E-mail',
  lastSignIn: 'Ostatnie logowanie',
  tokensUntil: 'Sesja ważna do',
  refresh: 'Przedłuż sesję',
  refreshed: 'Sesja została przedłużona.',
  signOut: 'Wyloguj się',
  signOutEverywhere: 'Wyloguj się wszędzie',
  signedInTitle: 'Zalogowano',
  sessionEnded: 'Ta sesja się zakończyła. Wyloguj się i zaloguj ponownie.',
  tryAgain: 'Nie udało się. Sprawdź połączenie i spróbuj ponownie.',
  unavailableTitle: 'Logowanie niedostępne',
  unavailableLead:
    'Serwer nie podał, której puli użytkowników użyć. Sprawdź, czy działa i czy pula jest skonfigurowana.',
  retry: 'Spróbuj ponownie',
};
