import { h, set, write } from './dom.js';
import { FieldError, PasswordField, SubmitButton, alert, field, uniqueId } from './parts.js';
import type { Scene, View } from './view.js';

/** Email or username, and password. */
export function loginView(scene: Scene): View {
  const { flow, byUsername } = scene;
  let { texts } = scene;
  const title = h('h1', { class: 'si-title', part: 'title' });
  const lead = h('p', { class: 'si-lead', part: 'lead' });
  const problem = alert('si-panel');
  const id = uniqueId('email');
  const label = h('label', { class: 'si-label', part: 'label', for: id });
  const email = h('input', {
    class: 'si-input',
    part: 'input',
    id,
    name: 'username',
    type: byUsername ? 'text' : 'email',
    autocomplete: 'username',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'next',
    required: true,
    '.value': scene.snapshot.email,
  });
  const emailError = new FieldError(email);
  const password = new PasswordField('current-password');
  const button = new SubmitButton();
  const status = h('div', { class: 'si-visually-hidden', role: 'status' });
  email.addEventListener('input', () => emailError.say(''));
  password.input.addEventListener('input', () => password.error.say(''));
  password.input.addEventListener('focus', () => flow.prepare());

  const check = (value: string) => {
    if (byUsername) return value ? '' : texts.usernameMissing;
    if (!value) return texts.emailMissing;
    return /^[^\s@]+@[^\s@]+$/.test(value) ? '' : texts.emailMalformed;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const name = email.value.trim();
    const secret = password.input.value;
    const wrong = check(name);
    emailError.say(wrong);
    password.error.say(secret ? '' : texts.passwordMissing);
    if (wrong) return email.focus();
    if (!secret) return password.input.focus();
    password.reveal(false);
    void flow.signIn(name, secret);
  };
  const element = h(
    'form',
    { class: 'si-form', part: 'form', method: 'post', novalidate: true, '@submit': submit },
    h('div', { class: 'si-heading' }, title, lead),
    problem.element,
    field(label, email, emailError.element),
    password.element,
    h('slot', { name: 'fields' }),
    button.element,
    status,
    h('slot', { name: 'links' }),
  );
  return {
    element,
    update: ({ snapshot, said, ...next }) => {
      const { state, slow } = snapshot;
      if (state.step !== 'credentials') return;
      texts = next.texts;
      const { busy } = state;
      set(title, 'aria-level', next.headingLevel);
      write(title, texts.signInTitle);
      write(lead, texts.signInLead);
      write(label, byUsername ? texts.username : texts.email);
      password.texts(texts.password, texts.showPassword, texts.hidePassword);
      const working = slow ? texts.stillWorking : texts.signingIn;
      button.update(busy ? working : texts.continue, busy);
      write(status, busy ? working : '');
      problem.say(busy ? '' : said.error);
      email.readOnly = password.input.readOnly = busy;
    },
    focus: () => (email.value ? password.input : email).focus({ preventScroll: true }),
  };
}
