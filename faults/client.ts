type Fields = Record<string, string | string[]>;

/** A browser in a few lines: it keeps its cookies and sends forms with their token. */
export class Client {
  private readonly cookies = new Map<string, string>();
  /** That of the last page with a form. */
  token = '';

  /** Where the server listens; it may change when the server is started anew. */
  url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** The same browser, as behind a proxy that has several. */
  at(url: string): Client {
    const same = new Client(url);
    for (const [name, cookie] of this.cookies) same.cookies.set(name, cookie);
    same.token = this.token;
    return same;
  }

  async get(path: string): Promise<Response> {
    const response = await fetch(this.url + path, { redirect: 'manual', headers: { cookie: this.cookie } });
    this.keepCookies(response);
    return response;
  }

  async post(path: string, fields: Fields): Promise<Response> {
    const body = new URLSearchParams({ _csrf: this.token });
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
    const response = await fetch(this.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: this.cookie },
      body,
    });
    this.keepCookies(response);
    // Read to its end, so that the connection is free again; whoever wants the text can still have it.
    await response.clone().arrayBuffer();
    return response;
  }

  async signIn(identifier: string, password: string): Promise<void> {
    await this.open('/session/new');
    const response = await this.post('/session', { identifier, password });
    if (response.status !== 303) throw new Error(`sign-in failed with ${response.status}`);
    await this.open('/credentials');
  }

  /** Looks at a page for the token of its forms. */
  async open(path: string): Promise<Response> {
    const response = await this.get(path);
    this.token = /name="_csrf" value="([^"]+)"/.exec(await response.clone().text())?.[1] ?? '';
    return response;
  }

  get cookie(): string {
    return [...this.cookies.values()].join('; ');
  }

  private keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [cookie] = line.split(';');
      this.cookies.set(cookie.split('=')[0], cookie);
    }
  }
}
