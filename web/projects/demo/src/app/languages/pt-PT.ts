import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Boas-vindas',
  welcomeName: 'Boas-vindas, {name}',
  signedInAs: 'Iniciou sessão como {name}.',
  name: 'Nome',
  email: 'E-mail',
  lastSignIn: 'Último início de sessão',
  tokensUntil: 'Sessão válida até',
  refresh: 'Renovar a sessão',
  refreshed: 'A sua sessão foi renovada.',
  signOut: 'Terminar sessão',
  signOutEverywhere: 'Terminar sessão em todo o lado',
  signedInTitle: 'Sessão iniciada',
  sessionEnded: 'Esta sessão terminou. Termine a sessão e inicie-a novamente.',
  tryAgain: 'Não funcionou. Verifique a ligação e tente novamente.',
  unavailableTitle: 'Não é possível iniciar sessão',
  unavailableLead:
    'O servidor não indicou que grupo de utilizadores usar. Verifique se está a funcionar e se há um grupo configurado.',
  retry: 'Tentar novamente',
};
