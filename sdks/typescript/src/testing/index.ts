export { TestServer, type TestServerOptions } from "./TestServer";
export { HistoryUnreadable } from "./historyLine";
export { RecordedHistory, ReplayFailed } from "./RecordedHistory";
