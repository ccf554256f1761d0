export interface ServerSentEvent {
  event: string;
  data: string;
  id: string | null;
}

/// Takes the text of a stream in pieces and gives the events that are whole (the format of the HTML standard, without `retry`).
export class EventParser {
  private buffer = "";

  push(text: string): ServerSentEvent[] {
    this.buffer += text;
    const blocks = this.buffer.split(/\r\n\r\n|\n\n|\r\r/);
    this.buffer = blocks.pop() ?? "";
    return blocks.map(parseBlock).filter((event) => event.data !== "" || event.event !== "message");
  }
}

function parseBlock(block: string): ServerSentEvent {
  const event: ServerSentEvent = { event: "message", data: "", id: null };
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event.event = value;
    else if (field === "data") data.push(value);
    else if (field === "id") event.id = value;
  }
  event.data = data.join("\n");
  return event;
}
