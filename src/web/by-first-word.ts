import { type Request, type RequestHandler, Router } from 'express';

/** As much as is known of what stands in a router. */
interface Layer {
  rawPath?: unknown;
  handle: { stack?: Layer[] };
  route?: { path: unknown };
}

/** Wherever no single word is known. */
const ANY = Symbol('any');

/**
 * Controllers that stand one after the other, as one: only those are asked that have a route which begins with the first word of the path. There are
 * hundreds of routes, and to try them takes longer than to make the rows of a list.
 */
export function byFirstWord(controllers: Router[]): RequestHandler {
  const wordsOf = new Map(controllers.map((one) => [one, new Set(firstWords(one.stack as unknown as Layer[]))]));
  const having = (word?: string) =>
    joined(controllers.filter((one) => wordsOf.get(one)!.has(ANY) || (word && wordsOf.get(one)!.has(word))));
  const words = new Set([...wordsOf.values()].flatMap((some) => [...some]).filter((word) => word !== ANY));
  const byWord = new Map([...words].map((word) => [word, having(word)]));
  const others = having();
  const ask: RequestHandler = (req, res, next) => (byWord.get(firstWordOf(req)) ?? others)(req, res, next);
  // Whoever lists all routes finds them here as in a router.
  return Object.assign(ask, { stack: joined(controllers).stack });
}

function joined(controllers: Router[]): Router {
  const router = Router();
  for (const one of controllers) router.use(one);
  return router;
}

function firstWords(stack: Layer[]): (string | typeof ANY)[] {
  return stack.flatMap(({ route, rawPath, handle }) => {
    if (!route) return rawPath === '/' && handle.stack ? firstWords(handle.stack) : [ANY];
    const word = typeof route.path === 'string' ? /^\/([\w-]+)(?=\/|$)/.exec(route.path)?.[1] : undefined;
    return [word?.toLowerCase() ?? ANY];
  });
}

/** Routes make no difference between large and small letters. */
function firstWordOf({ path }: Request): string {
  const end = path.indexOf('/', 1);
  return path.slice(1, end === -1 ? undefined : end).toLowerCase();
}
