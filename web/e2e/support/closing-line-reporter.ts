import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter';

/** Closes a run with one plain line, for whoever adds up the results of several runners. */
export default class ClosingLineReporter implements Reporter {
  private suite: Suite | undefined;

  onBegin(_config: FullConfig, suite: Suite): void {
    this.suite = suite;
  }

  onEnd(): void {
    const outcomes = (this.suite?.allTests() ?? []).map((test) => test.outcome());
    const count = (outcome: string) => outcomes.filter((each) => each === outcome).length;
    const skipped = count('skipped') ? `, ${count('skipped')} skipped` : '';
    // A flaky test passed at last, but it is no test that passed.
    console.log(
      `\n${count('expected')} passed, ${count('unexpected') + count('flaky')} failed${skipped}`,
    );
  }

  printsToStdio(): boolean {
    return true;
  }
}
