const WIDTH = 30;

/** Shows on the console how far a long work is: a bar where somebody looks on, a line for each tenth elsewhere. */
export function progress(total: number, what: string): (done: number) => void {
  const { stderr } = process;
  let tenths = 0;
  return (done) => {
    const share = done / total;
    const words = `${String(Math.floor(share * 100)).padStart(3)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${what}`;
    if (stderr.isTTY) {
      const filled = Math.round(share * WIDTH);
      stderr.write(`\r${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${words}${done === total ? '\n' : ''}`);
    } else if (Math.floor(share * 10) > tenths) {
      tenths = Math.floor(share * 10);
      stderr.write(`${words}\n`);
    }
  };
}
