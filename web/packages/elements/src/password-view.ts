import { attributePurpose, passwordRules } from '@poolhouse/auth/password-policy';
import { h, show, write } from './dom.js';
import {
  Field,
  Heading,
  PasswordField,
  SubmitButton,
  alert,
  form,
  link,
  uniqueId,
} from './parts.js';
import type { Scene, View } from './view.js';

/** A password in place of a temporary one, and the attributes that the pool requires. */
export function passwordView(scene: Scene): View {
  const { flow, policy, snapshot } = scene;
  let { texts } = scene;
  const { state } = snapshot;
  const required = state.step === 'new-password' ? state.challenge.required : [];
  const heading = new Heading();
  const problem = alert('panel');
  const attributes = required.map((name) => ({
    name,
    field: new Field({ autocomplete: attributePurpose(name) }),
  }));
  const rulesId = uniqueId();
  const rules = h('ul', 'rules', { id: rulesId });
  const password = new PasswordField('new-password', rulesId);
  const button = new SubmitButton();
  const other = link(() => flow.useDifferentAccount());

  const checked = () => passwordRules(texts, policy, password.input.value);
  const showRules = () => {
    const items = checked().map(({ text, met }) => {
      const said = met && h('span', 'visually-hidden', {}, ` (${texts.ruleMet})`);
      return h('li', met ? 'rule rule--met' : 'rule', {}, text, said);
    });
    rules.replaceChildren(...items);
  };
  password.input.addEventListener('input', showRules);
  const submit = () => {
    const given = attributes.map(({ name, field }) => [name, field.input.value.trim()] as const);
    attributes.forEach(({ field }, i) => field.say(given[i]?.[1] ? '' : texts.fieldMissing));
    const met = checked().every((rule) => rule.met);
    password.say(met ? '' : texts.passwordWeak);
    const empty = attributes[given.findIndex(([, value]) => !value)];
    if (empty) return empty.field.input.focus();
    if (!met) return password.input.focus();
    password.reveal(false);
    void flow.choosePassword(password.input.value, Object.fromEntries(given));
  };
  // For password managers: whose password it is.
  const whose = h('input', '', { name: 'username', autocomplete: 'username' });
  whose.value = snapshot.email;
  show(whose, false);
  const element = form(
    submit,
    heading.element,
    problem.element,
    whose,
    ...attributes.map(({ field }) => field.element),
    password.element,
    rules,
    button.element,
    button.status,
    h('div', 'links', {}, other),
  );
  return {
    element,
    update: (next) => {
      const { state: now } = next.snapshot;
      if (now.step !== 'new-password') return;
      const { busy } = now;
      if (texts !== next.texts || !rules.childElementCount) {
        texts = next.texts;
        showRules();
      }
      heading.update(next);
      for (const { name, field } of attributes) field.label(texts.attributes[name] ?? name);
      password.texts(texts.newPassword, texts.showPassword, texts.hidePassword);
      button.proceed(next, busy);
      write(other, texts.differentAccount);
      problem.say(busy ? '' : next.said.error);
      for (const { input } of [password, ...attributes.map(({ field }) => field)]) {
        input.readOnly = busy;
      }
    },
    focus: () => (attributes[0]?.field ?? password).input.focus(),
  };
}
