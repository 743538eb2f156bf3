import type { Request, RequestHandler } from 'express';
import session, { type SessionOptions } from 'express-session';
import type { ExpressSessions } from '../express-sessions.ts';

/**
 * Gives each request its session, and writes it down before the answer begins. The library begins the answer first: where
 * the database then refuses, it can only break the connection.
 */
export function keptSession(store: ExpressSessions, options: SessionOptions): RequestHandler {
  const begin = session({ ...options, store });
  return (req, res, next) => {
    const end = res.end;
    begin(req, res, (error) => {
      if (error) return next(error);
      res.end = ((...last: Parameters<typeof end>) => {
        res.end = end;
        carryToken(req);
        store.keep(req.session).then(
          () => end.apply(res, last),
          (error) => {
            if (res.statusCode < 500) return next(error);
            // What went wrong is being said. Told once more it would be said by Express, in the words of the database.
            Reflect.deleteProperty(req, 'session');
            end.apply(res, last);
          },
        );
        return res;
      }) as typeof end;
      next();
    });
  };
}

/** What a browser opened before it got a session (a sign-in page in another tab) goes on with it; not past a sign-in (R47). */
function carryToken({ session, visit }: Request): void {
  const isBegun = session.link !== undefined || session.setup !== undefined || session.flash !== undefined;
  if (isBegun && session.userId === undefined && visit?.csrfSecret) session.csrfSecret ??= visit.csrfSecret;
}
