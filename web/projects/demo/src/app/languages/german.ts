import { SignInTexts } from '@poolhouse/sign-in';

export const GERMAN: SignInTexts = {
  lang: 'de',
  dir: 'ltr',

  signInTitle: 'Anmelden',
  signInLead: 'Mit Ihrem Arbeitskonto.',
  email: 'E-Mail',
  username: 'E-Mail-Adresse oder Benutzername',
  password: 'Passwort',
  showPassword: 'Passwort anzeigen',
  hidePassword: 'Passwort verbergen',
  continue: 'Weiter',
  signingIn: 'Anmeldung läuft…',
  stillWorking: 'Es dauert noch etwas…',

  emailMissing: 'Geben Sie Ihre E-Mail-Adresse ein.',
  usernameMissing: 'Geben Sie Ihre E-Mail-Adresse oder Ihren Benutzernamen ein.',
  emailMalformed: 'Geben Sie eine Adresse wie name@example.com ein.',
  passwordMissing: 'Geben Sie Ihr Passwort ein.',
  refused: 'E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beides.',
  usernameRefused: 'Name und Passwort passen nicht zusammen. Prüfen Sie beides.',
  throttled: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es erneut.',
  deliveryFailed:
    'Ihr Code konnte nicht verschickt werden. Versuchen Sie es in einer Minute erneut.',
  newPasswordRequired:
    'Ihr Passwort muss geändert werden, bevor Sie sich hier anmelden können. Wenden Sie sich an Ihre Verwaltung.',
  unconfirmed: 'Dieses Konto ist noch nicht bestätigt. Wenden Sie sich an Ihre Verwaltung.',
  unsupported:
    'Dieses Konto braucht einen Schritt, den es hier nicht gibt. Wenden Sie sich an Ihre Verwaltung.',
  network:
    'Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
  offline: 'Sie sind offline. Es geht hier weiter, sobald Sie wieder verbunden sind.',
  server: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es in einer Minute erneut.',

  codeTitle: 'Sehen Sie in Ihr Postfach',
  codeLead: { before: 'Wir haben einen Code an ', after: ' geschickt.' },
  codeLeadUnknown: 'Wir haben Ihnen einen Code geschickt.',
  codeLabel: (length) => `${length}-stelliger Code`,
  codeHint: 'Sie können den ganzen Code einfügen.',
  expiresIn: (time) => `Gültig noch ${time}`,
  oneMinuteLeft: 'Noch eine Minute',
  verify: 'Prüfen',
  verifying: 'Der Code wird geprüft…',
  codeIncomplete: (length) => `Geben Sie alle ${length} Stellen ein.`,
  codeWrong: (left) => {
    if (left === null) return 'Der Code stimmt nicht.';
    return `Der Code stimmt nicht. Noch ${left === 1 ? 'ein Versuch' : `${left} Versuche`}.`;
  },
  codeExpired: 'Der Code ist abgelaufen. Lassen Sie sich einen neuen schicken.',
  codeExpiredForGood: 'Der Code ist abgelaufen. Beginnen Sie neu, um einen neuen zu bekommen.',
  resend: 'Code noch einmal senden',
  resendIn: (time) => `Code noch einmal senden in ${time}`,
  resent: 'Wir haben den Code noch einmal geschickt.',
  renew: 'Neuen Code schicken',
  renewed: 'Wir haben einen neuen Code geschickt.',
  resentTooSoon: 'Er ging gerade erst ab. Sehen Sie auch im Spam-Ordner nach.',
  differentAccount: 'Anderes Konto verwenden',

  endedTitle: 'Noch einmal anmelden',
  endedAttempts:
    'Zu viele falsche Codes. Melden Sie sich noch einmal an, um einen neuen zu bekommen.',
  endedLocked: 'Zu viele falsche Codes. Warten Sie einige Minuten und melden Sie sich dann an.',
  endedSession:
    'Diese Anmeldung ist abgelaufen. Melden Sie sich noch einmal an, um einen neuen Code zu bekommen.',
  startAgain: 'Neu beginnen',

  doneTitle: 'Sie sind angemeldet',
  doneLead: 'Es geht gleich weiter…',
};
