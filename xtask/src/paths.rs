//! Where things are: the repository, cargo's target folder, the tools kept between clones.

use std::env;
use std::path::{Path, PathBuf};

/// The folder of the root `Cargo.toml`.
pub fn root() -> PathBuf {
    let own = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or(own.clone(), Path::to_path_buf)
}

/// Cargo's target folder of this workspace.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Where the logs of `test` go.
pub fn logs() -> PathBuf {
    target().join("xtask-logs")
}

/// Where the built app is.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// The npm tools' folder: a package file and a lock file are there.
pub fn npm() -> PathBuf {
    root().join("tests").join("e2e")
}

/// Tools built once for this user; a second clone finds them here.
pub fn tools() -> PathBuf {
    if let Some(dir) = env::var_os("ROUNDS_TOOLS") {
        return PathBuf::from(dir);
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or_else(home).unwrap_or_else(target).join("rounds-tools")
}

/// The endpoint's release binary.
pub fn endpoint() -> PathBuf {
    target().join("release").join(format!("rounds-endpoint{}", env::consts::EXE_SUFFIX))
}

/// A path as a person reads it: relative to the repository where it is inside.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
