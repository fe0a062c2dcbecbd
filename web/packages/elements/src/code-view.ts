import {
  codeIncomplete,
  codeLabel,
  codeLead,
  codeTooLong,
  fill,
  formatTime,
} from '@poolhouse/auth/texts';
import { h, set, show, write } from './dom.js';
import { OtpSlots } from './otp-slots.js';
import { SubmitButton, alert, uniqueId } from './parts.js';
import type { Scene, View } from './view.js';

/** From here on the remaining time stands out. */
const LAST_SECONDS = 30;

/** The mailed code. */
export function codeView(first: Scene): View {
  const { flow } = first;
  let scene = first;
  let complaint: 'incomplete' | 'too-long' | null = null;
  let shown = { error: '', notice: '' };
  const id = uniqueId('code');
  const title = h('h1', { class: 'si-title', part: 'title', tabindex: '-1' });
  const address = h('strong', { translate: 'no', dir: 'ltr' });
  const [before, after] = [h('span'), h('span')];
  const lead = h('p', { class: 'si-lead', part: 'lead', id: `${id}-lead` }, before, address, after);
  const label = h('label', { class: 'si-label', part: 'label', for: id });
  const timer = h('span', { class: 'si-timer', part: 'timer', role: 'timer', 'aria-live': 'off' });
  const labels = h('div', { class: 'si-label-row' }, label, timer);
  const problem = alert('si-field-error');
  const note = h('p', { class: 'si-note', part: 'note' });
  const minute = h('div', { class: 'si-visually-hidden', role: 'status' });
  const button = new SubmitButton();
  const resend = h('button', { class: 'si-link', part: 'link', type: 'button' });
  const other = h('button', { class: 'si-link', part: 'link', type: 'button' });
  const remember = h('input', { type: 'checkbox' });
  const rememberText = h('span');
  const remembering = h('label', { class: 'si-check', part: 'check' }, remember, rememberText);
  const verify = (code: string) => void flow.verify(code, remember.checked);
  const slots = new OtpSlots({
    changed: () => {
      complaint = null;
      render();
    },
    completed: verify,
    tooLong: () => {
      complaint = 'too-long';
      render();
    },
  });
  set(slots.input, 'id', id);
  set(slots.input, 'aria-describedby', `${id}-lead ${id}-message`);

  const pending = () => {
    const { state } = scene.snapshot;
    return state.step === 'code' ? state : null;
  };
  /** The button asks for a code instead of sending one. */
  const renews = () => {
    const state = pending();
    const kind = state?.problem?.kind;
    return kind === 'expired' || kind === 'used' || Boolean(state?.pending.waiting);
  };
  const timed = (now: string, later: string) => {
    const seconds = scene.snapshot.resendIn;
    return seconds ? fill(later, { time: formatTime(seconds) }) : now;
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const state = pending();
    if (!state || state.busy || complaint === 'too-long') return;
    if (renews()) return scene.snapshot.resendIn === null ? flow.reset() : void flow.resend();
    if (slots.value.length === slots.length) return verify(slots.value);
    complaint = 'incomplete';
    render();
    slots.input.focus();
  };
  // Enter in the field of an expired code asks for nothing: only the button does.
  slots.input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && renews()) event.preventDefault();
  });
  resend.addEventListener('click', () => void flow.resend());
  other.addEventListener('click', () => flow.useDifferentAccount());

  const render = () => {
    const state = pending();
    if (!state) return;
    const { texts, said, snapshot } = scene;
    const { busy, problem: trouble } = state;
    const { waiting, destination, codeLength, alphabet } = state.pending;
    const { expiresIn, resendIn, slow } = snapshot;
    const verifying = busy === 'verifying';
    slots.shape(codeLength, alphabet);
    set(title, 'aria-level', scene.headingLevel);
    write(title, waiting ? texts.heldTitle : texts.codeTitle);
    const [from, to] = codeLead(texts);
    const why = waiting === 'held' ? texts.held : texts.heldLocked;
    const plain = waiting ? why : destination ? '' : texts.codeLeadUnknown;
    write(before, plain || from);
    write(address, plain ? '' : destination);
    write(after, plain ? '' : to);
    write(label, codeLabel(texts, codeLength, alphabet));
    show(labels, !waiting);
    show(slots.element, !waiting);
    write(timer, expiresIn ? fill(texts.expiresIn, { time: formatTime(expiresIn) }) : '');
    timer.classList.toggle('si-timer--low', (expiresIn ?? Infinity) <= LAST_SECONDS);
    write(minute, expiresIn && expiresIn <= 60 && expiresIn > 50 ? texts.oneMinuteLeft : '');
    const { rememberDays } = state.pending;
    show(remembering, rememberDays !== null);
    write(rememberText, fill(texts.remember, { n: rememberDays ?? 0 }));
    const own =
      complaint &&
      (complaint === 'too-long' ? codeTooLong : codeIncomplete)(texts, codeLength, alphabet);
    const error = verifying ? '' : own || said.error;
    problem.say(error);
    slots.state(error !== '', verifying);
    const working = slow ? texts.stillWorking : texts.verifying;
    const rest = error ? said.hint : said.notice || said.hint || (waiting ? '' : texts.codeHint);
    write(note, verifying ? working : busy && slow ? texts.stillWorking : rest);
    note.classList.toggle('si-note--ok', !busy && rest !== '' && rest === said.notice);
    const renew = renews();
    const asks = resendIn === null ? texts.startAgain : timed(texts.renew, texts.renewIn);
    button.update(
      renew ? asks : texts.verify,
      verifying || (renew && busy !== null),
      busy !== null || (renew && Boolean(resendIn)),
    );
    show(resend, resendIn !== null && !renew);
    write(resend, timed(texts.resend, texts.resendIn));
    set(resend, 'aria-disabled', resendIn || busy ? 'true' : null);
    write(other, texts.differentAccount);
    // Time running out is no answer to anything typed: it must not move the focus.
    if (said.error && said.error !== shown.error && !busy && trouble?.kind !== 'expired') {
      slots.selectAll();
    }
    if (said.notice && said.notice !== shown.notice) {
      slots.value = '';
      complaint = null;
      slots.input.focus();
    }
    shown = busy ? { error: '', notice: '' } : said;
  };
  const element = h(
    'form',
    { class: 'si-form', part: 'form', method: 'post', novalidate: true, '@submit': submit },
    h('div', { class: 'si-heading' }, title, lead),
    h(
      'div',
      { class: 'si-field', part: 'field' },
      labels,
      slots.element,
      h(
        'div',
        { class: 'si-message', id: `${id}-message` },
        problem.element,
        h('div', { role: 'status' }, note),
      ),
      minute,
    ),
    remembering,
    button.element,
    h('div', { class: 'si-links' }, resend, other),
  );
  return {
    element,
    update: (next) => {
      scene = next;
      render();
    },
    mirror: slots.mirror,
    focus: () => (pending()?.pending.waiting ? title : slots.input).focus(),
  };
}
