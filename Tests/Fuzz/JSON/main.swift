import Driver

@testable import AetherJSON

fuzz { input in
    guard let value = try? JSONParser.parse(input) else { return }
    precondition((try? JSONParser.parse(value.text)) == value, "\(value) is written as \(value.text)")
    guard let canonical = try? JSONParser.parse(value.canonicalText) else {
        preconditionFailure("the canonical form of \(value) is no JSON: \(value.canonicalText)")
    }
    precondition(canonical.canonicalText == value.canonicalText, "\(value.canonicalText) has another canonical form")
}
