/** What the demo's own pages say, beside the texts of the forms. */
export interface PageTexts {
  welcome: string;
  /** The same to somebody whose name is known. */
  welcomeName: string;
  /** `{name}` stands for who it is. */
  signedInAs: string;
  name: string;
  email: string;
  lastSignIn: string;
  tokensUntil: string;
  refresh: string;
  refreshed: string;
  signOut: string;
  signOutEverywhere: string;
  signedInTitle: string;
  sessionEnded: string;
  tryAgain: string;
  unavailableTitle: string;
  unavailableLead: string;
  retry: string;
}
