/**
 * Says in the page that its files could not be fetched: with what is here already, since nothing more may come, and so in English.
 */
export function sayNotLoaded(): void {
  const main = element('main', 'page');
  Object.assign(main, { lang: 'en', dir: 'ltr' });
  const card = element('div', 'si-card');
  const form = element('div', 'si-form');
  const title = element('h1', 'si-title', 'This page could not be loaded');
  const said = element('p', 'si-panel', 'Check your connection and try again.');
  said.setAttribute('role', 'alert');
  const again = element('button', 'si-button', 'Try again');
  again.addEventListener('click', () => location.reload());
  form.append(title, said, again);
  card.append(form);
  main.append(card);
  document.querySelector('app-root')?.append(main);
}

function element(name: string, className: string, textContent = ''): HTMLElement {
  return Object.assign(document.createElement(name), { className, textContent });
}
