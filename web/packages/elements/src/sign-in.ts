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
import { COMMON_ENGLISH, type SignInTexts, sayCommon } from '@poolhouse/auth/common-texts';
import { codeView } from './code-view.js';
import { Base, addStyles, h, set, styledRoot, write } from './dom.js';
import { doneView, endedView } from './end-views.js';
import { loginView } from './login-view.js';
import { KIT } from './kit.js';
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

/** Those of rare steps come with what is fetched for them. */
const VIEWS: Record<string, (scene: Scene) => View> = {
  credentials: loginView,
  code: codeView,
  ended: endedView,
  done: doneView,
};

/** What few sign-ins come to: its forms and words are fetched then. */
let rare: typeof import('./rare-views.js') | undefined;

/**
 * `<ph-sign-in endpoint="…" user-pool-id="…" client-id="…">`: the whole sign-in in one card.
 *
 * Attributes: `endpoint` (Amazon's own for the pool's region when absent), `user-pool-id`,
 * `client-id`, `sign-in-name="username"`, `session-minutes`, `heading-level`, `no-autofocus`, `auth-flow`
 * (`USER_SRP_AUTH` for pools that mail no code by functions), `issuer` (what an authenticator app calls this app).
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
  #fetchedFor: FlowState | undefined;
  /** Until it is taken out of the page. */
  #shown = new AbortController();

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
    const { signal } = (this.#shown = new AbortController());
    document.addEventListener('selectionchange', () => this.#view?.mirror?.(), { signal });
    for (const name of ['online', 'offline'])
      addEventListener(name, () => this.#connection(), { signal });
    this.#render();
    this.#connection();
  }

  disconnectedCallback(): void {
    this.#shown.abort();
    this.#flow?.dispose();
    this.#flow = undefined;
    this.#view = undefined;
    this.#step = '';
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.#view) this.#render();
  }

  get #texts(): SignInTexts {
    const texts = { ...COMMON_ENGLISH, ...rare?.RARE_ENGLISH, ...this.#options.texts };
    // The others are read by what is fetched with them.
    return texts as SignInTexts;
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
        authFlow: this.getAttribute('auth-flow') as 'CUSTOM_AUTH' | null,
        locale: () => this.#texts.lang,
      };
    });
  }

  readonly #render = (): void => {
    if (!this.isConnected) return;
    const scene = this.#scene();
    const { texts, snapshot } = scene;
    const { step } = snapshot.state;
    // The form before stays as it is meanwhile: busy.
    if (scene.rare) return this.#fetchRare(snapshot.state);
    set(this.#card, 'lang', texts.lang);
    set(this.#card, 'dir', texts.dir);
    write(this.#offline, texts.offline);
    if (step === this.#step) return this.#view?.update(scene);
    this.#step = step;
    this.#show(VIEWS[step](scene), scene);
  };

  #fetchRare(state: FlowState): void {
    // Once for each state, whatever ticks meanwhile.
    if (state === this.#fetchedFor) return;
    this.#fetchedFor = state;
    import('./rare-views.js').then(
      (views) => {
        if (!rare) addStyles(views.RULES);
        rare = views;
        Object.assign(VIEWS, views.viewsOf(KIT));
        this.#render();
      },
      () => this.#lost(state),
    );
  }

  /** What there is to show or to say cannot be fetched. */
  #lost(state: FlowState): void {
    const scene = this.#scene();
    if (!this.isConnected || scene.snapshot.state !== state) return;
    const { texts } = scene;
    const view = endedView(scene);
    const said = { ...scene.said, title: texts.endedTitle, error: texts.network };
    this.#step = 'lost';
    this.#show({ ...view, update: () => view.update({ ...scene, said }) }, scene);
  }

  #show(view: View, scene: Scene): void {
    const { state } = scene.snapshot;
    const first = !this.#view;
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
    const said = sayCommon(texts, snapshot, byUsername);
    return {
      flow,
      snapshot,
      texts,
      byUsername,
      said: rare?.sayRare(texts, snapshot, said) ?? said,
      rare: said.rare && !rare,
      headingLevel: Number(this.getAttribute('heading-level')) || 1,
      policy: this.#options.passwordPolicy ?? {},
    };
  }

  #connection(): void {
    if (navigator.onLine) this.#offline.remove();
    else this.#offlineBox.append(this.#offline);
  }

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
