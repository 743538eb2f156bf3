import type { Express } from 'express';

interface Layer {
  name: string;
  rawPath: unknown;
  handle: { stack?: Layer[] };
  route?: { path: unknown; methods: Record<string, boolean>; stack: { name: string }[] };
}

/**
 * Every route that the program answers, as `get /users/:id`, in the order in which they are tried; a handler mounted
 * below a path of its own stands as `use /path`. Read from the router itself, so none can be forgotten.
 */
export function routesOf(express: Express): string[] {
  return routesIn((express.router as unknown as { stack: Layer[] }).stack);
}

/** Those of them at which a guard of this name stands. */
export function routesWith(express: Express, guard: string): string[] {
  return routesIn((express.router as unknown as { stack: Layer[] }).stack, guard);
}

function routesIn(stack: Layer[], guard?: string): string[] {
  return stack.flatMap((layer) => {
    if (layer.route) return !guard || layer.route.stack.some(({ name }) => name === guard) ? routesAt(layer.route) : [];
    if (layer.rawPath !== '/') return guard ? [] : [`use ${layer.rawPath}`];
    return layer.handle.stack ? routesIn(layer.handle.stack, guard) : [];
  });
}

function routesAt({ path, methods }: Pick<NonNullable<Layer['route']>, 'path' | 'methods'>): string[] {
  if (typeof path !== 'string') throw new Error(`a route whose path is no string cannot be classified: ${path}`);
  return Object.keys(methods)
    .filter((method) => methods[method])
    .map((method) => `${method} ${path}`);
}
