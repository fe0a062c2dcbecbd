import { DestroyRef, computed, inject, signal } from '@angular/core';
import { AuthError } from '@poolhouse/auth';
import { AccountProblem, accountProblem, problemSentence } from '@poolhouse/auth/account';
import { hintFor } from '@poolhouse/auth/hints';
import { injectAllTexts } from './all-texts';
import { ACCOUNT_TEXTS } from './provide-account';

/** After this long a button says "Still working…". */
const SLOW_AFTER = 4_000;

/** One thing after another that is asked of the server, and what came of the last. Made in an injection context. */
export class Task {
  readonly busy = signal(false);
  /** It takes long. */
  readonly slow = signal(false);
  readonly problem = signal<AccountProblem | null>(null);
  /** The problem in words; empty while there is none, and while another try is under way. */
  readonly error = computed(() => {
    const problem = this.problem();
    return problem ? problemSentence(this.common(), this.texts(), problem) : '';
  });
  /** Good news. */
  readonly note = signal('');
  private readonly common = injectAllTexts();
  private readonly texts = inject(ACCOUNT_TEXTS);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private left = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.left = true;
      clearTimeout(this.timer);
    });
  }

  /** Whether it worked. Does nothing while another is under way, which is no success. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy()) return false;
    this.forget();
    this.busy.set(true);
    this.timer = setTimeout(() => this.slow.set(true), SLOW_AFTER);
    try {
      await work();
      // Nobody looks at what was left meanwhile, and nobody is to be moved by it.
      return !this.left;
    } catch (error) {
      this.problem.set(accountProblem(error));
      // The hints are of a wrong set-up, which is what is left where nothing is known that went wrong.
      const isUnknown = error instanceof AuthError && this.problem() === 'server';
      const hint = isUnknown && hintFor(error);
      if (hint) console.warn(`[poolhouse] ${hint}`);
      return false;
    } finally {
      clearTimeout(this.timer);
      this.slow.set(false);
      this.busy.set(false);
    }
  }

  forget(): void {
    this.problem.set(null);
    this.note.set('');
  }
}
