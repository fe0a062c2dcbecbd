// Counts down, and sends a code that was typed or pasted to its end. Without it every page works, too.
(() => {
  'use strict';
  const time = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
  const began = performance.now();
  const clocks = [...document.querySelectorAll('[data-seconds]')].map((element) => ({
    element,
    seconds: Number(element.dataset.seconds),
    text: element.dataset.text,
    over: element.dataset.over ?? '',
    button: element.closest('button'),
  }));
  const minute = document.querySelector('[data-minute]');
  const tick = () => {
    const passed = Math.floor((performance.now() - began) / 1000);
    for (const { element, seconds, text, over, button } of clocks) {
      const left = Math.max(0, seconds - passed);
      const shown = left > 0 ? text.replace('{time}', time(left)) : over;
      if (element.textContent !== shown) element.textContent = shown;
      if (button) button.setAttribute('aria-disabled', String(left > 0));
      else element.classList.toggle('si-timer--low', left > 0 && left <= 30);
      if (!button && minute && left > 50 && left <= 60 && seconds > 60 && !minute.textContent)
        minute.textContent = minute.dataset.minute;
    }
  };
  if (clocks.length > 0) {
    tick();
    setInterval(tick, 1000);
  }

  for (const form of document.querySelectorAll('form')) {
    let sent = false;
    form.addEventListener('submit', (event) => {
      // A page that comes back from the browser's memory may be sent again.
      if (sent || event.submitter?.getAttribute('aria-disabled') === 'true') event.preventDefault();
      else sent = true;
    });
    addEventListener('pageshow', () => (sent = false));
  }

  const code = document.querySelector('input[data-length]');
  if (code) {
    const length = Number(code.dataset.length);
    let last = '';
    code.addEventListener('input', () => {
      const typed = code.value.normalize('NFKC').replace(/[\s-]/g, '');
      if ([...typed].length === length && typed !== last) {
        last = typed;
        code.form.requestSubmit(code.form.querySelector('button[data-verify]'));
      }
    });
  }
})();
