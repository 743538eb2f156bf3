/** A cell as it is meant in the file; a list only where the file has lists. */
export type Cell = string | string[];
