import ejs from 'ejs';

/** The files of the views that were part of a page; each is compiled once in a process, for whatever test comes first. */
export const renderedViews = new Set<string>();

const { compile } = ejs;
ejs.compile = ((text: string, options: ejs.Options) => {
  const template = compile(text, options);
  return (page: object) => {
    renderedViews.add(options.filename!);
    return template(page);
  };
}) as typeof compile;
