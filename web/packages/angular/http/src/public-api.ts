import { HttpErrorResponse, HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { Session } from '@poolhouse/angular/parts';
import { catchError, from, switchMap, throwError } from 'rxjs';

/**
 * Puts the access token into requests to these origins or paths, and renews it once when the server
 * finds it unauthorised. Requests elsewhere never get it.
 */
export function accessTokenInterceptor(...to: readonly string[]): HttpInterceptorFn {
  return (request, next) => {
    if (!to.some((prefix) => isBelow(request.url, prefix))) return next(request);
    const session = inject(Session);
    const send = (token: string | null) =>
      next(token ? request.clone({ setHeaders: { Authorization: `Bearer ${token}` } }) : request);
    return from(session.accessToken()).pipe(
      switchMap((token) =>
        send(token).pipe(
          catchError((error: unknown) => {
            const refused = error instanceof HttpErrorResponse && error.status === 401;
            if (!refused || !token) return throwError(() => error);
            return from(session.renew()).pipe(
              switchMap((tokens) => (tokens ? send(tokens.accessToken) : throwError(() => error))),
            );
          }),
        ),
      ),
    );
  };
}

/** Not by the text's beginning alone: `https://api.example.com.attacker.example` begins the same. */
function isBelow(url: string, prefix: string): boolean {
  const base = prefix.endsWith('/') ? prefix : `${prefix}/`;
  if (url !== prefix && !url.startsWith(base)) return false;
  // `//attacker.example` begins with a slash and is another origin.
  return !/^[/\\]{2}/.test(url);
}
