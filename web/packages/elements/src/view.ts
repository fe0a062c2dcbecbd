import type { FlowSnapshot, SignInFlow } from '@poolhouse/auth';
import type { Said, SignInTexts } from '@poolhouse/auth/common-texts';
import type { PasswordPolicy } from '@poolhouse/auth/password-policy';

/** What a form is shown with. */
export interface Scene {
  readonly snapshot: FlowSnapshot;
  /** Those of rare steps are there once such a step's form is. */
  readonly texts: SignInTexts;
  readonly said: Said;
  /** What there is to say is not here yet. */
  readonly rare: boolean;
  readonly headingLevel: number;
  readonly byUsername: boolean;
  readonly policy: PasswordPolicy;
  readonly flow: SignInFlow;
}

/** One step's form. It is made when the step begins, and told of every change. */
export interface View {
  readonly element: HTMLElement;
  update(scene: Scene): void;
  /** The step has just begun and is in the page. */
  focus(): void;
  /** The document's selection has moved. */
  mirror?(): void;
}
