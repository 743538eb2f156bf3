export const NODE_OPTIONS: string[];
export function compileCache(root: string): string;
