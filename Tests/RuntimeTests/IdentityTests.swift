import Testing

@testable import AetherRuntime

@Suite("Operation keys")
struct OperationKeyTests {
    @Test("follow the grammar")
    func grammar() {
        #expect(OperationKey(scope: "", kind: "step", name: "charge", occurrence: 1).rawValue == "step:charge#1")
        #expect(
            OperationKey(scope: "parallel:#1/0", kind: "step", name: "charge", occurrence: 2).rawValue
                == "parallel:#1/0/step:charge#2")
        #expect(OperationKey(scope: "", kind: "sleep", name: "", occurrence: 3).rawValue == "sleep:#3")
        #expect(OperationKey(scope: "", kind: "step", name: "%/#:", occurrence: 1).rawValue == "step:%25%2F%23%3A#1")
    }

    @Test(
        "give scope, kind and name back", arguments: Generated.texts, ["", "parallel:#1/0", "race:#2/1/parallel:#1/3"])
    func parts(name: String, scope: String) {
        let key = OperationKey(scope: scope, kind: "step", name: name, occurrence: 12)
        #expect(key.scope == scope)
        #expect(key.kind == "step")
        #expect(Array(key.name.utf8) == Array(name.utf8))
        #expect(key.rawValue.hasSuffix("#12"))
    }

    @Test("are one only if their bytes are")
    func identity() {
        let composed = OperationKey(scope: "", kind: "step", name: "é", occurrence: 1)
        let decomposed = OperationKey(scope: "", kind: "step", name: "e\u{301}", occurrence: 1)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed, composed]).count == 2)
        #expect([composed: 1][OperationKey(rawValue: "step:é#1")] == 1)
    }

    @Test("of different places never meet")
    func distinct() {
        var keys: Set<OperationKey> = []
        var count = 0
        for scope in ["", "parallel:#1/0", "parallel:#1/1"] {
            for kind in ["step", "sleep"] {
                for name in Generated.texts {
                    for occurrence in 1...3 {
                        keys.insert(OperationKey(scope: scope, kind: kind, name: name, occurrence: occurrence))
                        count += 1
                    }
                }
            }
        }
        #expect(keys.count == count)
    }

    @Test("that are none give their text as name", arguments: ["", "x", "x#1", "#1", "%", "a:b", "%zz:%4#1"])
    func junk(_ text: String) {
        let key = OperationKey(rawValue: text)
        #expect(key.scope == "")
        #expect(key.rawValue == text)
        _ = (key.kind, key.name)
    }
}

@Suite("Task ids")
struct TaskIDTests {
    @Test("come back as they were", arguments: ["a", "order:1:2", ":", "é", "\u{301}x", "\u{200d}x", "👩‍👩‍👧", " "])
    func roundTrip(_ workflow: String) {
        for epoch in [1, 2, 10, .max] as [UInt64] {
            let id = TaskID(workflow: WorkflowID(rawValue: workflow), epoch: epoch)
            #expect(TaskID(id.description) == id)
            let restored = TaskID(workflow: WorkflowID(rawValue: workflow), epoch: epoch, incarnation: .max)
            #expect(TaskID(restored.description) == restored)
        }
    }

    @Test(
        "are nothing else",
        arguments: [
            "", "w", "w:", "w::", "w:1", "w:1:", "w:0:x", "w:-1:x", "w:+1:x", "w:01:x", "w:1.0:x", "x:1:x", "W:1:x",
            " w:1:x", "w:18446744073709551616:x", "w:1:\u{7}", "ẃ:1:x", "w:١:x",
            "i:1:", "i:0:w:1:x", "i:x:w:1:x", "i:1:i:1:w:1:x",
        ])
    func junk(_ text: String) {
        #expect(TaskID(text) == nil)
    }
}

@Suite("Workflow ids")
struct WorkflowIDTests {
    @Test("are any text of 1 to 256 bytes without control characters", arguments: ["a", " ", "a/b:c#d%", "日本", "👩‍👩‍👧"])
    func legal(_ text: String) {
        #expect(WorkflowID(validating: text)?.rawValue == text)
        #expect(WorkflowID(validating: String(repeating: "x", count: 256)) != nil)
    }

    @Test("are not empty, too long or unprintable", arguments: ["", "a\nb", "\0", "tab\t", "\u{7f}", "a\u{1f}"])
    func illegal(_ text: String) {
        #expect(WorkflowID(validating: text) == nil)
        #expect(WorkflowID(validating: String(repeating: "x", count: 257)) == nil)
        #expect(WorkflowID(validating: String(repeating: "é", count: 129)) == nil)
    }

    @Test("are compared by bytes")
    func order() {
        let composed = WorkflowID(rawValue: "é")
        let decomposed = WorkflowID(rawValue: "e\u{301}")
        #expect(composed != decomposed)
        #expect(decomposed < composed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(!(composed < composed))
    }
}

@Suite("Names")
struct NameTests {
    @Test("of states are read in any case", arguments: WorkflowState.allCases)
    func states(_ state: WorkflowState) {
        #expect(WorkflowState(name: state.name) == state)
        #expect(WorkflowState(name: state.name.lowercased()) == state)
        #expect(WorkflowState(rawValue: state.rawValue) == state)
        #expect(state.isTerminal == (state.rawValue >= 2))
    }

    @Test("of no state are none", arguments: ["", "DONE", "RUNNING "])
    func noState(_ text: String) {
        #expect(WorkflowState(name: text) == nil)
    }

    @Test("of tiers are those of the configuration", arguments: PersistenceTier.allCases)
    func tiers(_ tier: PersistenceTier) {
        #expect(PersistenceTier(name: tier.name) == tier)
        #expect(PersistenceTier(name: tier.name.uppercased()) == nil)
    }

    @Test("of entry kinds are all different")
    func kinds() {
        #expect(Set(EntryKind.allCases.map(\.title)).count == EntryKind.allCases.count)
    }
}
