export { aether, AetherClient, type ClientOptions } from "./api/AetherClient";
export { Activity, type ActivityCancellation, type ActivityFunction, type ActivityOptions } from "./api/Activity";
export type { ActivityContext } from "./api/ActivityContext";
export type { ChildHandle } from "./api/ChildHandle";
export type { Duration } from "./api/duration";
export {
  ActivityFailed,
  AetherError,
  type AetherErrorCode,
  AetherSDKError,
  CancellationError,
  NonRetryableError,
  SignalTimeout,
  StepFailed,
  UnstorableValue,
  WorkflowCancelled,
  WorkflowFailed,
} from "./api/errors";
export type { Logger } from "./api/Logger";
export type { RetryPolicy } from "./api/RetryPolicy";
export type { Servable } from "./api/Servable";
export type { ServingWorker } from "./api/ServingWorker";
export { StepContext } from "./api/StepContext";
export type { Stored } from "./api/Stored";
export {
  type IdPolicy,
  type Persistence,
  type SignalMessage,
  type StartOptions,
  Workflow,
  type WorkflowFunction,
  type WorkflowOptions,
} from "./api/Workflow";
export type { BranchesOptions, ChildOptions, StepFunction, StepOptions, WorkflowContext } from "./api/WorkflowContext";
export type { WorkflowHandle } from "./api/WorkflowHandle";
export type { WorkflowState, WorkflowStatus } from "./api/WorkflowStatus";
export type { ParentClosePolicy } from "./run/remote";
export type { WorkflowInfo } from "./run/Run";
