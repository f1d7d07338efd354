//! The standard library for wasm32 built from Debian's `rust-src`, for networks that reach a
//! Debian mirror but not Rust's own servers.
//!
//! The package must be of exactly the running compiler's version. It is fetched with apt's own
//! signature checks through a private list of sources: the system's packages stay as they are.

use super::wasm_target::TARGET;
use crate::{paths, shell};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SUITES: [&str; 4] = ["trixie-backports", "forky", "sid", "bookworm-backports"];
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const STUB: &str = "rounds_std_stub";

/// Fetches, builds and puts the library files into `folder`.
pub fn build_into(folder: &Path) -> Result<()> {
    for program in ["apt-get", "apt-cache", "dpkg-deb", "tar"] {
        shell::find(program).with_context(|| format!("this machine has no `{program}`"))?;
    }
    if !Path::new(KEYRING).is_file() {
        bail!("Debian's archive keyring is missing (package debian-archive-keyring)");
    }
    let version = compiler_version()?;
    let work = paths::tools().join(format!("wasm-std-{version}"));
    fs::create_dir_all(&work)?;
    let sources = library_sources(&work, &version)?;
    let built = build(&work, &sources)?;
    install(&built, folder)?;
    fs::remove_dir_all(&work).with_context(|| format!("could not tidy up {}", work.display()))
}

fn compiler_version() -> Result<String> {
    let text = shell::ask(shell::command("rustc").arg("--version")).context("`rustc` does not run")?;
    let version = text.split_whitespace().nth(1).context("`rustc --version` says no version")?;
    Ok(version.to_owned())
}

/// The unpacked `library` folder of the package.
fn library_sources(work: &Path, version: &str) -> Result<PathBuf> {
    let mirror = mirror(work)?;
    for suite in SUITES {
        println!("           looking for rust-src {version} in {suite}");
        let apt = PrivateApt::new(work, &mirror, suite)?;
        let Some(package) = apt.rust_src(version) else {
            continue;
        };
        println!("           fetching rust-src {package}");
        shell::run(apt.command("apt-get").args(["-qq", "download", &format!("rust-src={package}")]))?;
        return unpack(work, version);
    }
    bail!("no Debian suite carries rust-src {version} (looked in {})", SUITES.join(", "))
}

/// The Debian mirror the system itself uses.
fn mirror(work: &Path) -> Result<String> {
    let query = |command: &mut Command| {
        shell::ask(command.args([
            "indextargets",
            "--format",
            "$(ORIGIN)|$(LABEL)|$(SITE)",
            "Created-By: Packages",
        ]))
    };
    let pick =
        |text: &str| text.lines().find_map(|line| line.strip_prefix("Debian|Debian|").map(str::to_owned));
    if let Some(found) = query(&mut shell::command("apt-get")).as_deref().and_then(pick) {
        return Ok(found);
    }
    // A fresh image has no lists yet: load them into a private folder, which needs no rights.
    let lists = format!("Dir::State::Lists={}", fresh(&work.join("system-lists"))?.display());
    let mut update = shell::command("apt-get");
    shell::ask(update.args(["-qq", "-o", &lists, "update"]));
    let mut again = shell::command("apt-get");
    again.args(["-o", &lists]);
    query(&mut again).as_deref().and_then(pick).context("apt has no Debian mirror among its sources")
}

/// apt with one suite, its own lists and its own cache.
struct PrivateApt {
    work: PathBuf,
    options: Vec<String>,
}

impl PrivateApt {
    fn new(work: &Path, mirror: &str, suite: &str) -> Result<Self> {
        let list = work.join(format!("{suite}.list"));
        fs::write(&list, format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n"))?;
        let lists = fresh(&work.join(format!("lists-{suite}")))?;
        let cache = fresh(&work.join(format!("cache-{suite}")))?;
        fs::create_dir_all(lists.join("partial"))?;
        fs::create_dir_all(cache.join("archives").join("partial"))?;
        let options = [
            format!("Dir::Etc::sourcelist={}", list.display()),
            "Dir::Etc::sourceparts=-".to_owned(),
            format!("Dir::State::Lists={}", lists.display()),
            format!("Dir::Cache={}", cache.display()),
            "Acquire::Languages=none".to_owned(),
            // The cache is in a home folder, which apt's own sandbox user may not enter.
            "APT::Sandbox::User=root".to_owned(),
        ];
        let apt = Self { work: work.to_path_buf(), options: options.to_vec() };
        shell::run(apt.command("apt-get").args(["-qq", "update"])).ok();
        Ok(apt)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = shell::command(program);
        command.current_dir(&self.work);
        for option in &self.options {
            command.args(["-o", option]);
        }
        command
    }

    /// The package's full version when the suite carries the compiler's.
    fn rust_src(&self, version: &str) -> Option<String> {
        let table = shell::ask(self.command("apt-cache").args(["madison", "rust-src"]))?;
        let wanted = format!("{version}+");
        table
            .lines()
            .filter_map(|line| line.split('|').nth(1))
            .map(str::trim)
            .find(|found| found.starts_with(&wanted))
            .map(str::to_owned)
    }
}

fn unpack(work: &Path, version: &str) -> Result<PathBuf> {
    let package = fs::read_dir(work)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .context("apt reported success but left no package")?;
    let mut open =
        shell::command("dpkg-deb").arg("--fsys-tarfile").arg(&package).stdout(Stdio::piped()).spawn()?;
    let archive = open.stdout.take().expect("stdout was asked to be piped");
    let mut tar = shell::command("tar");
    tar.current_dir(work).args(["-x", "--wildcards", "./usr/src/rustc-*/library/*"]).stdin(archive);
    let unpacked = tar.status()?.success() & open.wait()?.success();
    let library = work.join("usr/src").join(format!("rustc-{version}")).join("library");
    if !unpacked || !library.is_dir() {
        bail!("the package rust-src does not hold usr/src/rustc-{version}/library");
    }
    Ok(library)
}

/// Builds the library by way of an empty crate; returns the folder of the built files.
fn build(work: &Path, sources: &Path) -> Result<PathBuf> {
    let sysroot = shell::ask(shell::command("rustc").args(["--print", "sysroot"])).context("no sysroot")?;
    let place = Path::new(&sysroot).join("lib/rustlib/src/rust");
    let link = Link::new(sources, &place)?;
    let stub = fresh(&work.join("stub"))?;
    fs::create_dir_all(stub.join("src"))?;
    fs::write(stub.join("src/lib.rs"), "")?;
    let manifest =
        format!("[package]\nname = \"{STUB}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n");
    fs::write(stub.join("Cargo.toml"), manifest)?;
    let target = stub.join("target");
    let built = shell::run(
        shell::cargo()
            .current_dir(&stub)
            .args(["build", "--release", "-Z", "build-std=std,panic_abort,test", "--target", TARGET])
            .env("RUSTC_BOOTSTRAP", "1")
            // Without the bitcode the app's fat LTO fails; the other flag is rustc's own way of
            // marking its library's private parts.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes -Zforce-unstable-if-unmarked")
            .env("CARGO_TARGET_DIR", &target),
    );
    drop(link);
    built?;
    Ok(target.join(TARGET).join("release").join("deps"))
}

/// Copies the library files, complete or not at all.
fn install(built: &Path, folder: &Path) -> Result<()> {
    let partial = fresh(&folder.with_extension("partial"))
        .with_context(|| format!("no right to write into Rust's own folder {}", folder.display()))?;
    for entry in fs::read_dir(built)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".rlib") && !name.contains(STUB) {
            fs::copy(entry.path(), partial.join(&name))?;
        }
    }
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&partial, folder).context("could not put the built library in its place")
}

/// The sources, linked where cargo looks for them, for as long as this value lives.
struct Link(Option<PathBuf>);

impl Link {
    fn new(sources: &Path, place: &Path) -> Result<Self> {
        let link = place.join("library");
        if link.is_dir() {
            return Ok(Self(None));
        }
        fs::create_dir_all(place)
            .with_context(|| format!("no right to write into Rust's own folder {}", place.display()))?;
        // A link left by a run that was cut off points nowhere and is not a folder.
        fs::remove_file(&link).ok();
        #[cfg(unix)]
        std::os::unix::fs::symlink(sources, &link)?;
        #[cfg(not(unix))]
        bail!("this way works on Debian only, not for {}", sources.display());
        #[cfg(unix)]
        Ok(Self(Some(link)))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            fs::remove_file(link).ok();
        }
    }
}

fn fresh(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_path_buf())
}
