import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Que bom ver você',
  welcomeName: 'Que bom ver você, {name}',
  signedInAs: 'Você entrou como {name}.',
  name: 'Nome',
  email: 'E-mail',
  lastSignIn: 'Último acesso',
  tokensUntil: 'Sessão válida até',
  refresh: 'Renovar a sessão',
  refreshed: 'Sua sessão foi renovada.',
  signOut: 'Sair',
  signOutEverywhere: 'Sair de todos os lugares',
  signedInTitle: 'Sessão iniciada',
  sessionEnded: 'Esta sessão terminou. Saia e entre de novo.',
  tryAgain: 'Não funcionou. Confira sua conexão e tente de novo.',
  unavailableTitle: 'Não é possível entrar',
  unavailableLead:
    'O servidor não informou qual grupo de usuários usar. Confira se ele está no ar e se há um grupo configurado.',
  retry: 'Tentar de novo',
};
