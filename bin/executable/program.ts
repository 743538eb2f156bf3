// What the single executable does: it serves, it is the demo, and it is the command line.
const [command] = process.argv.slice(2);

if (command === 'serve') void import('../../src/server.ts');
else if (command === 'serving/index-reader') void import('../../src/serving/index-reader.ts');
else if (command === 'demo') void import('../demo.ts');
else void import('../roster.ts');
