// Loaded into a server before anything else (`--import`): its clock is that of the machine and so much more as it is told.
const Machine = Date;
let ahead = 0;

globalThis.Date = class extends Machine {
  constructor(...given: [] | ConstructorParameters<typeof Date>) {
    if (given.length === 0) super(Machine.now() + ahead);
    else super(...given);
  }

  static override now(): number {
    return Machine.now() + ahead;
  }
} as DateConstructor;

process.on('message', (told: { ahead: number }) => {
  ahead = told.ahead;
  process.send!(told);
});
