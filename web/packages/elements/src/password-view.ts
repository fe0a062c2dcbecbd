import { attributePurpose, passwordRules } from '@poolhouse/auth/password-policy';
import type { Kit } from './kit.js';
import type { Scene, View } from './view.js';

/**
 * A password in place of a temporary one, and the attributes that the pool requires. What it is made
 * of is handed to it: by an import, bundlers would cut what all sign-ins load in two.
 */
export function passwordView(
  scene: Scene,
  [heading, submitButton, alert, field, form, h, link, passwordField, uniqueId]: Kit,
): View {
  const { flow, policy, snapshot } = scene;
  let { texts } = scene;
  const { state } = snapshot;
  const required = state.step === 'new-password' ? state.challenge.required : [];
  const top = heading();
  const problem = alert('panel');
  const attributes = required.map((name) => ({
    name,
    field: field({ autocomplete: attributePurpose(name) }),
  }));
  const rulesId = uniqueId();
  const rules = h('ul', 'rules', { id: rulesId });
  const password = passwordField('new-password', rulesId);
  const button = submitButton();
  const other = link(() => flow.useDifferentAccount());

  const checked = () => passwordRules(texts, policy, password.input.value);
  const showRules = () => {
    const items = checked().map(({ text, met }) => {
      const item = h('li', met ? 'rule rule--met' : 'rule', {}, text);
      if (met) item.append(h('span', 'visually-hidden', {}, ` (${texts.ruleMet})`));
      return item;
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
    password.hide();
    void flow.choosePassword(password.input.value, Object.fromEntries(given));
  };
  // For password managers: whose password it is.
  const whose = h('input', '', { name: 'username', autocomplete: 'username' });
  whose.value = snapshot.email;
  whose.hidden = true;
  const element = form(
    submit,
    top.element,
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
      top.update(next);
      for (const { name, field } of attributes) field.label(texts.attributes[name] ?? name);
      password.texts(texts.newPassword, texts.showPassword, texts.hidePassword);
      button.proceed(next, busy);
      other.textContent = texts.differentAccount;
      problem.say(busy ? '' : next.said.error);
      for (const { input } of [password, ...attributes.map(({ field }) => field)]) {
        input.readOnly = busy;
      }
    },
    focus: () => (attributes[0]?.field ?? password).input.focus(),
  };
}
