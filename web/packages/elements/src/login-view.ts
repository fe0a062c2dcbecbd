import { h } from './dom.js';
import { heading, submitButton, alert, field, form, passwordField } from './parts.js';
import type { Scene, View } from './view.js';

/** Email or username, and password. */
export function loginView(scene: Scene): View {
  const { flow, byUsername } = scene;
  let { texts } = scene;
  const top = heading();
  const problem = alert('panel');
  const email = field({
    name: 'username',
    type: byUsername ? 'text' : 'email',
    autocomplete: 'username',
    enterkeyhint: 'next',
  });
  email.input.value = scene.snapshot.email;
  const password = passwordField('current-password');
  const button = submitButton();
  password.input.addEventListener('focus', () => flow.prepare());

  const check = (value: string) => {
    if (byUsername) return value ? '' : texts.usernameMissing;
    if (!value) return texts.emailMissing;
    return /^[^\s@]+@[^\s@]+$/.test(value) ? '' : texts.emailMalformed;
  };
  const submit = () => {
    const name = email.input.value.trim();
    const secret = password.input.value;
    const wrong = check(name);
    email.say(wrong);
    password.say(secret ? '' : texts.passwordMissing);
    if (wrong) return email.input.focus();
    if (!secret) return password.input.focus();
    password.hide();
    void flow.signIn(name, secret);
  };
  const element = form(
    submit,
    top.element,
    problem.element,
    email.element,
    password.element,
    h('slot', '', { name: 'fields' }),
    button.element,
    button.status,
    h('slot', '', { name: 'links' }),
  );
  return {
    element,
    update: (next) => {
      const { state } = next.snapshot;
      if (state.step !== 'credentials') return;
      texts = next.texts;
      const { busy } = state;
      top.update(next);
      email.label(byUsername ? texts.username : texts.email);
      password.texts(texts.password, texts.showPassword, texts.hidePassword);
      button.proceed(next, busy);
      problem.say(busy ? '' : next.said.error);
      email.input.readOnly = password.input.readOnly = busy;
    },
    focus: () => (email.input.value ? password : email).input.focus({ preventScroll: true }),
  };
}
