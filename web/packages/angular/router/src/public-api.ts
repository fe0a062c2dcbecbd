import { inject } from '@angular/core';
import { CanActivateFn, Router } from '@angular/router';
import { Session } from '@poolhouse/angular/parts';

/** Lets those in who are signed in, and sends others to the sign-in page, with the way back in `returnTo`. */
export function signedInGuard(signInPath = '/sign-in'): CanActivateFn {
  return async (_, state) => {
    const session = inject(Session);
    const router = inject(Router);
    const elsewhere = router.createUrlTree([signInPath], { queryParams: { returnTo: state.url } });
    try {
      return (await session.fresh()) !== null || elsewhere;
    } catch {
      // No connection is no sign-out: the page may have something to show all the same.
      return session.signedIn();
    }
  };
}
