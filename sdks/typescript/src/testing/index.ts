export { HistoryUnreadable } from "./historyLine";
export { RecordedHistory, ReplayFailed } from "./RecordedHistory";
