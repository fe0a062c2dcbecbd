/** What nobody needs before they have signed in, or when all is well: fetched by those who come there. */
export { loadPageTexts } from './languages/load-texts';
export { SignedInPage } from './signed-in-page';
export { UnavailablePage } from './unavailable-page';
