internal import AetherJSON
internal import Hummingbird

/// The API as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0).
struct OpenAPI {
    private let operations: [APIOperation]

    init(_ operations: [APIOperation]) {
        self.operations = operations
    }

    var json: JSONValue {
        .object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Aether"), "version": .string(AetherVersion.current),
                "description": .string("Durable workflows: what the dashboard asks for, and scripts may."),
                "license": .object(["name": .string("Apache-2.0"), "identifier": .string("Apache-2.0")]),
            ]),
            "servers": .array([.object(["url": .string(API.path)])]),
            "security": .array([
                .object([JSONValue.Member]()), .object(["token": .array([])]), .object(["password": .array([])]),
            ]),
            "paths": .object(paths),
            "components": .object([
                "schemas": .object(APISchema.all),
                "securitySchemes": .object([
                    "token": .object(["type": .string("http"), "scheme": .string("bearer")]),
                    "password": .object(["type": .string("http"), "scheme": .string("basic")]),
                ]),
            ]),
        ])
    }

    private var paths: [JSONValue.Member] {
        var order: [String] = []
        var items: [String: [JSONValue.Member]] = [:]
        for operation in operations {
            if items[operation.path] == nil { order.append(operation.path) }
            items[operation.path, default: []].append(
                JSONValue.Member(name: operation.method.rawValue.lowercased(), value: json(of: operation)))
        }
        return order.map { JSONValue.Member(name: "/\($0)", value: .object(items[$0] ?? [])) }
    }

    private func json(of operation: APIOperation) -> JSONValue {
        let path = operation.pathParameters.map { name in
            JSONValue.object([
                "name": .string(name), "in": .string("path"), "required": .bool(true),
                "schema": .object(["type": .string("string")]),
            ])
        }
        let query = operation.query.map { parameter in
            JSONValue.object([
                "name": .string(parameter.name), "in": .string("query"), "description": .string(parameter.description),
                "schema": parameter.schema,
            ])
        }
        var members = [
            JSONValue.Member(name: "operationId", value: .string(operation.name)),
            JSONValue.Member(name: "summary", value: .string(operation.summary)),
            JSONValue.Member(name: "parameters", value: .array(path + query)),
        ]
        if !operation.body.isEmpty { members.append(JSONValue.Member(name: "requestBody", value: body(of: operation))) }
        members.append(JSONValue.Member(name: "responses", value: responses(of: operation)))
        return .object(members)
    }

    private func body(of operation: APIOperation) -> JSONValue {
        let properties = operation.body.map { member in
            guard case .object(let schema) = member.schema else {
                return JSONValue.Member(name: member.name, value: member.schema)
            }
            let description = JSONValue.Member(name: "description", value: .string(member.description))
            return JSONValue.Member(name: member.name, value: .object(schema + [description]))
        }
        let schema = JSONValue.object([
            "type": .string("object"), "properties": .object(properties),
            "required": .array(operation.body.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": .bool(false),
        ])
        return .object(["required": .bool(true), "content": Self.json(schema)])
    }

    private func responses(of operation: APIOperation) -> JSONValue {
        let (status, answer): (HTTPResponse.Status, JSONValue) =
            switch operation.answer {
            case .json(let schema, let status, _):
                (
                    status,
                    .object(["description": .string("Done."), "content": Self.json(APISchema.reference(schema))])
                )
            case .stream(let contentType, let description, _):
                (
                    .ok,
                    .object([
                        "description": .string(description),
                        "content": .object([JSONValue.Member(name: contentType, value: .object([JSONValue.Member]()))]),
                    ])
                )
            }
        let error = JSONValue.object([
            "description": .string("It was not done, and why."), "content": Self.json(APISchema.reference("Error")),
        ])
        return .object([
            JSONValue.Member(name: String(status.code), value: answer),
            JSONValue.Member(name: "default", value: error),
        ])
    }

    private static func json(_ schema: JSONValue) -> JSONValue {
        .object(["application/json": .object(["schema": schema])])
    }
}
