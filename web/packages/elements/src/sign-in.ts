import {
  type AuthClient,
  CognitoClient,
  FlowStorage,
  type FlowState,
  type Metadata,
  SignInFlow,
  type Tokens,
} from '@poolhouse/auth';
import type { PasswordPolicy } from '@poolhouse/auth/password-policy';
import { ENGLISH, type SignInTexts, say } from '@poolhouse/auth/texts';
import { Base, h, set, styledRoot, write } from './dom.js';
import { doneView, endedView } from './end-views.js';
import { loginView } from './login-view.js';
import type { Scene, View } from './view.js';

/** What cannot be said in an attribute. All of it may be set before or after the element is shown. */
export interface PhSignInOptions {
  /** Another client than the one that the attributes describe: an adapter, a fake in a test. */
  client?: AuthClient;
  /** Replaces the English texts, all or some. */
  texts?: Partial<SignInTexts>;
  passwordPolicy?: PasswordPolicy;
  /** Goes to the functions with every answer. */
  metadata?: () => Metadata;
}

const VIEWS: Partial<Record<FlowState['step'], (scene: Scene) => View>> = {
  credentials: loginView,
  ended: endedView,
  done: doneView,
};

/** The forms of later steps. The code's is fetched while the person types, so that nobody waits. */
async function fetchView(step: FlowState['step']): Promise<void> {
  if (step === 'code') VIEWS.code ??= (await import('./code-view.js')).codeView;
  else VIEWS[step] ??= (await import('./password-view.js')).passwordView;
}

/**
 * `<ph-sign-in endpoint="…" user-pool-id="…" client-id="…">`: the whole sign-in in one card.
 *
 * Attributes: `endpoint` (Amazon's own for the pool's region when absent), `user-pool-id`,
 * `client-id`, `sign-in-name="username"`, `session-minutes`, `heading-level`, `no-autofocus`.
 * Slots: default (a logo), `fields` (above the login's button), `links` (below it). Parts: `card`,
 * `form`, `title`, `lead`, `label`, `input`, `button`, `link`, `slot`, `error`, `note`.
 * Events: `signed-in` with the tokens in `detail`; `step` with the step's name in `detail`.
 */
export class PhSignIn extends Base {
  static readonly observedAttributes = ['heading-level'];

  readonly #root = styledRoot(this);
  readonly #stage = h('div', 'live');
  readonly #offline = h('p', 'offline', { part: 'note' });
  readonly #offlineBox = h('div', 'live', { role: 'status' });
  readonly #card: HTMLElement;
  #options: PhSignInOptions = {};
  #flow: SignInFlow | undefined;
  #view: View | undefined;
  #step = '';

  constructor() {
    super();
    this.#card = h('section', 'card', {}, h('slot'), this.#offlineBox, this.#stage);
    this.#root.append(this.#card);
  }

  /** The flow behind the forms: `snapshot`, `subscribe`, `reset`. */
  get flow(): SignInFlow {
    this.#flow ??= this.#createFlow();
    return this.#flow;
  }

  get options(): PhSignInOptions {
    return this.#options;
  }

  set options(options: PhSignInOptions) {
    const replaced = options.client !== this.#options.client;
    this.#options = options;
    if (replaced && this.#flow) {
      this.#flow.dispose();
      this.#flow = undefined;
      this.#step = '';
      if (this.isConnected) this.flow.subscribe(this.#render);
    }
    if (this.isConnected) this.#render();
  }

  connectedCallback(): void {
    this.flow.resume();
    this.flow.subscribe(this.#render);
    document.addEventListener('selectionchange', this.#mirror);
    addEventListener('online', this.#connection);
    addEventListener('offline', this.#connection);
    this.#render();
    this.#connection();
    // Whatever goes wrong with it now is said when it is needed.
    fetchView('code').catch(() => undefined);
  }

  disconnectedCallback(): void {
    document.removeEventListener('selectionchange', this.#mirror);
    removeEventListener('online', this.#connection);
    removeEventListener('offline', this.#connection);
    this.#flow?.dispose();
    this.#flow = undefined;
    this.#step = '';
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.#view) this.#render();
  }

  get #texts(): SignInTexts {
    return { ...ENGLISH, ...this.#options.texts };
  }

  #createFlow(): SignInFlow {
    const sessionMinutes = Number(this.getAttribute('session-minutes'));
    const name = this.getAttribute('client-id') ?? 'app';
    return new SignInFlow(this.#options.client ?? this.#createClient(), {
      storage: new FlowStorage(`poolhouse.flow.${name}`),
      metadata: () => this.#options.metadata?.() ?? {},
      ...(sessionMinutes ? { sessionMinutes } : {}),
    });
  }

  #createClient(): CognitoClient {
    // Read when they are needed: an app may set them later than it makes the element.
    return new CognitoClient(async () => {
      const userPoolId = this.getAttribute('user-pool-id') ?? '';
      const region = userPoolId.split('_')[0];
      return {
        endpoint: this.getAttribute('endpoint') ?? `https://cognito-idp.${region}.amazonaws.com/`,
        userPoolId,
        clientId: this.getAttribute('client-id') ?? '',
        locale: () => this.#texts.lang,
      };
    });
  }

  readonly #render = (): void => {
    if (!this.isConnected) return;
    const scene = this.#scene();
    const { texts, snapshot } = scene;
    const { step } = snapshot.state;
    set(this.#card, 'lang', texts.lang);
    set(this.#card, 'dir', texts.dir);
    write(this.#offline, texts.offline);
    if (step === this.#step) return this.#view?.update(scene);
    const make = VIEWS[step];
    if (make) return this.#show(make(scene), scene);
    // The form before stays as it is meanwhile: busy.
    fetchView(step).then(this.#render, () => this.#lost(scene));
  };

  /** The next form cannot be fetched. */
  #lost(scene: Scene): void {
    if (!this.isConnected || scene.snapshot.state.step === this.#step) return;
    const { texts } = scene;
    const view = endedView(scene);
    const said = { ...scene.said, title: texts.endedTitle, error: texts.network };
    this.#show({ ...view, update: () => view.update({ ...scene, said }) }, scene);
  }

  #show(view: View, scene: Scene): void {
    const { state } = scene.snapshot;
    const first = this.#step === '';
    this.#step = state.step;
    this.#view = view;
    this.#stage.replaceChildren(view.element);
    view.update(scene);
    if (!first || !this.hasAttribute('no-autofocus')) view.focus();
    this.#tell('step', state.step);
    if (state.step === 'done') this.#tell<Tokens>('signed-in', state.tokens);
  }

  #scene(): Scene {
    const { flow } = this;
    const { snapshot } = flow;
    const texts = this.#texts;
    const byUsername = this.getAttribute('sign-in-name') === 'username';
    return {
      flow,
      snapshot,
      texts,
      byUsername,
      said: say(texts, snapshot, byUsername),
      headingLevel: Number(this.getAttribute('heading-level')) || 1,
      policy: this.#options.passwordPolicy ?? {},
    };
  }

  readonly #mirror = (): void => this.#view?.mirror?.();

  readonly #connection = (): void => {
    if (navigator.onLine) this.#offline.remove();
    else this.#offlineBox.append(this.#offline);
  };

  #tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

if (globalThis.customElements && !customElements.get('ph-sign-in'))
  customElements.define('ph-sign-in', PhSignIn);

declare global {
  interface HTMLElementTagNameMap {
    'ph-sign-in': PhSignIn;
  }
}
