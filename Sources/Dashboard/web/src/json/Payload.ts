/// A user's JSON as it was sent: numbers keep their digits, members their order.
export class Payload {
  constructor(readonly text: string) {}

  get isNull(): boolean {
    return this.text === "null";
  }
}
