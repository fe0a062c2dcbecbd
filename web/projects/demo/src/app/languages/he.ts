import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: 'ברוך הבא',
  welcomeName: 'ברוך הבא, {name}',
  signedInAs: 'נכנסת בתור {name}.',
  name: 'שם',
  email: 'דוא״ל',
  lastSignIn: 'כניסה אחרונה',
  tokensUntil: 'החיבור בתוקף עד',
  refresh: 'הארכת החיבור',
  refreshed: 'החיבור הוארך.',
  signOut: 'יציאה',
  signOutEverywhere: 'יציאה מכל המכשירים',
  signedInTitle: 'מחובר',
  sessionEnded: 'החיבור הסתיים. יש לצאת ולהיכנס שוב.',
  tryAgain: 'זה לא הצליח. יש לבדוק את החיבור ולנסות שוב.',
  unavailableTitle: 'הכניסה אינה זמינה',
  unavailableLead: 'השרת לא ציין באיזה מאגר משתמשים להשתמש. יש לבדוק שהוא פועל ושמאגר הוגדר.',
  retry: 'לנסות שוב',
};
