internal import ArgumentParser

/// `aether completions`.
struct CompletionsCommand: ParsableCommand {
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish

        var shell: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints what makes a shell complete the commands and flags of aether.",
        discussion: """
            bash: aether completions bash > ~/.local/share/bash-completion/completions/aether
            zsh:  aether completions zsh > "${fpath[1]}/_aether"
            fish: aether completions fish > ~/.config/fish/completions/aether.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run() throws {
        try StandardOutput().writeLine(AetherCommand.completionScript(for: shell.shell))
    }
}
