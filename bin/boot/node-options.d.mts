export const NODE_OPTIONS: string[];
export const MEMORY: Record<string, string>;
export function compileCache(root: string): string;
