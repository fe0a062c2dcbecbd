import '@poolhouse/elements/sign-in';
import '@poolhouse/elements/passkey-button';
import { loadTexts } from '@poolhouse/auth/languages';

const wanted = new URLSearchParams(location.search).get('lang');
const element = document.querySelector('ph-sign-in');
if (element && wanted) {
  void loadTexts([wanted]).then((texts) => (element.options = { ...element.options, texts }));
}
