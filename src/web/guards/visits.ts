import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { type Clock, HOUR } from '../../clock.ts';

declare global {
  namespace Express {
    interface Request {
      /** What ties the forms of a browser without a session to it; csurf keeps its secret here. */
      visit?: Visit;
    }
  }
}

interface Visit {
  csrfSecret?: string;
}

/** The secret, the moment of it in milliseconds, and what seals both. No session id looks like it. */
const VISIT = /^v\.([\w-]{22})\.(\d{1,15})\.([\w-]{43})$/;
const LIFE = HOUR;

/**
 * Browsers of people who are not signed in. What ties the forms on their pages to them they keep themselves, sealed and for
 * an hour: whoever looks in, however often, leaves nothing behind (R87). It stands where the id of a session will stand.
 */
export class Visits {
  private readonly cookieName: string;
  private readonly secure: boolean;
  private readonly key: Buffer;
  private readonly clock: Clock;

  constructor(config: { secure: boolean; secrets: { session: string } }, cookieName: string, clock: Clock) {
    this.cookieName = cookieName;
    this.secure = config.secure;
    this.key = createHmac('sha256', config.secrets.session).update('visits').digest();
    this.clock = clock;
  }

  /** The visit that this browser is on; empty where it brings none, a forged or an outdated one. */
  find(req: Request): Visit {
    const found = this.read(req);
    return found ? { csrfSecret: found.secret } : {};
  }

  /** The same, begun where there is none, and lengthened where it will not last for a form. */
  begin(req: Request, res: Response): Visit {
    const found = this.read(req);
    const secret = found?.secret ?? randomBytes(16).toString('base64url');
    if (!found || this.clock() - found.at > LIFE / 2) this.send(res, secret);
    return { csrfSecret: secret };
  }

  private read(req: Request): { secret: string; at: number } | undefined {
    const [, secret, at, seal] = VISIT.exec(parseCookie(req.headers.cookie ?? '')[this.cookieName] ?? '') ?? [];
    if (secret === undefined) return undefined;
    const age = this.clock() - Number(at);
    // One from ahead was begun by a clock that has been set back since.
    const isCurrent = age < LIFE && age > -LIFE;
    const isOurs = timingSafeEqual(Buffer.from(seal), Buffer.from(this.sealOf(secret, at)));
    return isCurrent && isOurs ? { secret, at: Number(at) } : undefined;
  }

  private send(res: Response, secret: string): void {
    const at = String(this.clock());
    res.cookie(this.cookieName, ['v', secret, at, this.sealOf(secret, at)].join('.'), {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.secure,
    });
  }

  private sealOf(secret: string, at: string): string {
    return createHmac('sha256', this.key).update(`${secret} ${at}`).digest('base64url');
  }
}
