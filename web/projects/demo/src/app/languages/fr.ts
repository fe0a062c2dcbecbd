import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Bienvenue',
  welcomeName: 'Bienvenue, {name}',
  signedInAs: 'Vous êtes connecté en tant que {name}.',
  name: 'Nom',
  email: 'E-mail',
  lastSignIn: 'Dernière connexion',
  tokensUntil: 'Session valable jusqu’à',
  refresh: 'Prolonger la session',
  refreshed: 'Votre session a été prolongée.',
  signOut: 'Se déconnecter',
  signOutEverywhere: 'Se déconnecter partout',
  signedInTitle: 'Connecté',
  sessionEnded: 'Cette session est terminée. Déconnectez-vous, puis reconnectez-vous.',
  tryAgain: 'Cela n’a pas fonctionné. Vérifiez votre connexion et réessayez.',
  unavailableTitle: 'Connexion indisponible',
  unavailableLead:
    'Le serveur n’a pas indiqué le groupe d’utilisateurs. Vérifiez qu’il fonctionne et qu’un groupe est configuré.',
  retry: 'Réessayer',
};
