import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'Te damos la bienvenida',
  welcomeName: 'Te damos la bienvenida, {name}',
  signedInAs: 'Has iniciado sesión como {name}.',
  name: 'Nombre',
  email: 'Correo electrónico',
  lastSignIn: 'Último inicio de sesión',
  tokensUntil: 'Sesión válida hasta',
  refresh: 'Renovar la sesión',
  refreshed: 'Tu sesión se ha renovado.',
  signOut: 'Cerrar sesión',
  signOutEverywhere: 'Cerrar sesión en todas partes',
  signedInTitle: 'Sesión iniciada',
  sessionEnded: 'Esta sesión ha terminado. Cierra la sesión y vuelve a iniciarla.',
  tryAgain: 'No ha funcionado. Revisa tu conexión e inténtalo de nuevo.',
  unavailableTitle: 'No se puede iniciar sesión',
  unavailableLead:
    'El servidor no indicó qué grupo de usuarios usar. Comprueba que está en marcha y que hay un grupo configurado.',
  retry: 'Intentar de nuevo',
};
