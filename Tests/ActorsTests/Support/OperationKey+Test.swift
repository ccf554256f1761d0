import AetherRuntime

extension OperationKey {
    static func timer(_ occurrence: Int) -> OperationKey {
        OperationKey(scope: "", kind: "sleep", name: "", occurrence: occurrence)
    }

    static func child(_ name: String) -> OperationKey {
        OperationKey(scope: "", kind: "child", name: name, occurrence: 1)
    }

    static func activity(_ name: String) -> OperationKey {
        OperationKey(scope: "", kind: "activity", name: name, occurrence: 1)
    }
}

extension WorkerRecord {
    static func child(
        _ id: String, type: String = "order", _ policy: ParentClosePolicy = .cancel
    ) -> WorkerRecord {
        .startChild(
            key: .child(id),
            ChildStart(id: WorkflowID(rawValue: id), type: type, input: [0x31], closePolicy: policy))
    }

    static func sleep(milliseconds: Int64, _ occurrence: Int = 1) -> WorkerRecord {
        .startTimer(key: .timer(occurrence), .after(milliseconds: milliseconds))
    }
}
