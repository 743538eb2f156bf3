import type { Express } from 'express';

interface Layer {
  name: string;
  rawPath: unknown;
  handle: { stack?: Layer[] };
  route?: { path: unknown; methods: Record<string, boolean> };
}

/**
 * Every route that the program answers, as `get /users/:id`, in the order in which they are tried; a handler mounted
 * below a path of its own stands as `use /path`. Read from the router itself, so none can be forgotten.
 */
export function routesOf(express: Express): string[] {
  return routesIn((express.router as unknown as { stack: Layer[] }).stack);
}

function routesIn(stack: Layer[]): string[] {
  return stack.flatMap((layer) => {
    if (layer.route) return routesAt(layer.route);
    if (layer.rawPath !== '/') return [`use ${layer.rawPath}`];
    return layer.handle.stack ? routesIn(layer.handle.stack) : [];
  });
}

function routesAt({ path, methods }: NonNullable<Layer['route']>): string[] {
  if (typeof path !== 'string') throw new Error(`a route whose path is no string cannot be classified: ${path}`);
  return Object.keys(methods)
    .filter((method) => methods[method])
    .map((method) => `${method} ${path}`);
}
