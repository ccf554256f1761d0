/// The version of this build: what `aether --version`, the text page and `aether_build_info` say.
package enum AetherVersion {
    package static let current = "0.1.0"
}
