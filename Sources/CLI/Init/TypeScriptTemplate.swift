/// A project in TypeScript: workflows in a module of their own, a program that serves them, a test that runs them.
struct TypeScriptTemplate {
    let name: ProjectName
    let sdk: TypeScriptSDKSource

    var files: [ProjectFile] {
        [
            ProjectFile(path: "package.json", text: package),
            ProjectFile(path: "tsconfig.json", text: Self.compiler),
            ProjectFile(path: "README.md", text: readme),
            ProjectFile(path: "aether.toml", text: ServerSettingsFile.text),
            ProjectFile(path: ".gitignore", text: "node_modules/\n/dist/\n/data/\n"),
            ProjectFile(path: "src/workflows.ts", text: Self.workflows),
            ProjectFile(path: "src/main.ts", text: Self.program),
            ProjectFile(path: "test/workflows.test.ts", text: Self.tests),
        ]
    }

    /// The names of packages are in lowercase.
    private var package: String {
        """
        {
          "name": "\(name.description.lowercased())",
          "version": "0.1.0",
          "private": true,
          "type": "module",
          "engines": { "node": ">=18" },
          "scripts": {
            "build": "tsc",
            "start": "node dist/src/main.js",
            "work": "node dist/src/main.js work",
            "test": "node --test dist/test"
          },
          "dependencies": {
            "\(TypeScriptSDKSource.package)": \(sdk.dependency)
          }\(compilerDependencies)
        }

        """
    }

    /// With an SDK from a file the project is installed without a network, and so without the compiler.
    private var compilerDependencies: String {
        guard sdk == .release else { return "" }
        return """
            ,
              "devDependencies": {
                "@types/node": ">=18",
                "typescript": ">=4.8"
              }
            """
    }

    private static let compiler = """
        {
          "compilerOptions": {
            "target": "ES2022",
            "module": "node16",
            "moduleResolution": "node16",
            "strict": true,
            "skipLibCheck": true,
            "types": ["node"],
            "rootDir": ".",
            "outDir": "dist"
          },
          "include": ["src", "test"]
        }

        """

    private var readme: String {
        """
        # \(name)

        A durable workflow with [Aether](https://github.com/aetherframework/aether).

        ```bash
        npm install
        npm run build
        npm test
        npm start
        ```

        \(compilerNote)`npm start` runs `aether serve` beside the process when no server runs on this machine, runs one workflow and prints what it
        returned. Run it again: the order has been handled, nothing is charged twice. `npm test` starts a server of its own. Both
        find the program `aether` on the PATH, or where `AETHER_BIN` says.

        With `aether serve` in another terminal the same program uses that server, and `npm run work` serves the workflows until
        Ctrl-C. Then `aether workflow list`, `aether workflow history order-1` and `aether status order-1` show what happened.
        `aether.toml` has the server's settings.

        - `src/workflows.ts`: the workflows. What touches the world belongs into steps.
        - `src/main.ts`: the program that serves them.
        - `test`: runs the workflows.

        """
    }

    private var compilerNote: String {
        guard sdk != .release else { return "" }
        return """
            `npm run build` needs the TypeScript compiler, 4.8 or later, and the types of Node, 18 or later:
            `npm install --save-dev typescript @types/node`.


            """
    }

    private static let workflows = """
        import { type AetherClient, NonRetryableError, type Servable, type Workflow } from "\(TypeScriptSDKSource.package)";

        export interface Order {
          id: string;
          amount: number;
        }

        export interface Receipt {
          order: string;
          payment: string;
        }

        /** The workflows of this project, as a client starts them and a worker serves them. */
        export interface Workflows {
          handleOrder: Workflow<[Order], Receipt>;
          /** What a worker serves. */
          all: Servable[];
        }

        export function workflows(client: AetherClient): Workflows {
          const handleOrder = client.workflow("handle-order", async (context, order: Order): Promise<Receipt> => {
            // Each step runs once: its result is stored before the workflow goes on, and given back after a crash.
            const reservation = await context.step("reserve", () => `reservation of ${order.id}`);
            // If something later fails, or the order is cancelled, this undoes the step.
            context.compensate(() => context.step("release", () => console.log(`released ${reservation}`)));
            const payment = await context.step("charge", { retry: { attempts: 5 } }, () => {
              if (order.amount <= 0) throw new NonRetryableError("there is nothing to pay");
              return `${order.amount} paid`;
            });
            // Durable, too: it could be days.
            await context.sleep({ milliseconds: 100 });
            return { order: order.id, payment };
          });
          return { handleOrder, all: [handleOrder] };
        }

        """

    private static let program = """
        import { aether } from "\(TypeScriptSDKSource.package)";
        import { workflows } from "./workflows.js";

        const client = aether({ serverUrl: process.env.AETHER_SERVER ?? "http://localhost:7233" });
        const { handleOrder, all } = workflows(client);

        // With the argument "work" the process serves the workflows until Ctrl-C; without, it also starts one.
        if (process.argv.includes("work")) {
          await client.serve(all);
        } else {
          await client.serve(all, async () => {
            const order = { id: "order-1", amount: 42 };
            // The order's id is the run's: started twice, it is handled once.
            const receipt = await handleOrder.with({ id: order.id }).startAndWait(order);
            console.log(`${receipt.order}: ${receipt.payment}`);
          });
        }

        """

    private static let tests = """
        import assert from "node:assert/strict";
        import { after, before, test } from "node:test";
        import { aether, type ServingWorker, WorkflowFailed } from "\(TypeScriptSDKSource.package)";
        import { TestServer } from "\(TypeScriptSDKSource.package)/testing";
        import { type Workflows, workflows } from "../src/workflows.js";

        let server: TestServer;
        let worker: ServingWorker;
        let flows: Workflows;

        before(async () => {
          server = await TestServer.start();
          const client = aether({ serverUrl: server.url });
          flows = workflows(client);
          worker = await client.serve(flows.all);
        });

        after(async () => {
          await worker?.stop();
          await server?.stop();
        });

        test("an order is charged", async () => {
          const receipt = await flows.handleOrder.startAndWait({ id: "a", amount: 7 });
          assert.deepEqual(receipt, { order: "a", payment: "7 paid" });
        });

        test("an order without an amount fails in the step that charges it", async () => {
          await assert.rejects(flows.handleOrder.startAndWait({ id: "b", amount: 0 }), (error) => {
            return error instanceof WorkflowFailed && error.step === "charge";
          });
        });

        """
}
