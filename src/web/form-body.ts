import express, { type RequestHandler } from 'express';

const FIELDS = 1_000;
const LARGEST = '256kb';

/** Reads sent forms. Some addresses take more fields than others: whoever ticks many users sends one for each. */
export function formBody(fieldsByPath: Record<string, number>): RequestHandler {
  const parser = (fields: number) => express.urlencoded({ extended: false, limit: LARGEST, parameterLimit: fields });
  const usual = parser(FIELDS);
  const special = new Map(Object.entries(fieldsByPath).map(([path, fields]) => [path, parser(fields)]));
  return (req, res, next) => (special.get(req.path) ?? usual)(req, res, next);
}
